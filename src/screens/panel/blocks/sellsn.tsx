import { useSignal } from '@preact/signals'
import { textOf } from '../../../providers/provider'
import { sayInPanel as say } from '../../../shared/texts/panel'
import { Choice } from '../choice'
import { day } from '../day'
import { Loading } from '../loading'
import { money } from '../money'
import { subjectAt } from '../subject'
import { useApi } from '../use-api'
import type { BlockProps } from './block-content'
import type { Dictionary } from './json'
import { latestOrders, listIn } from './sellsn-answer'

/** SellSN in the panel: the orders of one of the person's stores, those of the person on the page first. */
export function SellsnBlock(props: BlockProps) {
  // Stores belong to no page, so they are read once.
  const { loaded, again } = useApi(props, 'stores', undefined, storesIn)
  return (
    <Loading loaded={loaded} again={again} missing={say('noStores')} forbidden={say('mayNotSeeStores')}>
      {stores => <Stores {...props} stores={stores} />}
    </Loading>
  )
}

type Store = { id: string; text: string }

function storesIn(body: unknown): Store[] {
  return listIn(body).flatMap(store => {
    const id = textOf(store, 'id')
    return id === undefined ? [] : [{ id, text: textOf(store, 'name') ?? say('noName') }]
  })
}

function Stores({ stores, ...props }: BlockProps & { stores: Store[] }) {
  const chosen = useSignal<string | undefined>(undefined)
  const store = stores.find(({ id }) => id === chosen.value) ?? stores[0]
  if (!store) return <p class="muted">{say('noStores')}</p>
  return (
    <>
      {stores.length > 1 ? (
        <Choice
          name={say('storeOf', { provider: props.provider.name })}
          options={stores}
          value={store.id}
          onChoose={id => {
            chosen.value = id
          }}
        />
      ) : (
        <p class="muted">{store.text}</p>
      )}
      <Orders {...props} store={store.id} />
    </>
  )
}

function Orders({ store, ...props }: BlockProps & { store: string }) {
  const { address, provider, isSubjectComing } = props
  const { loaded, again } = useApi(props, `stores/${encodeURIComponent(store)}/orders`, address, listIn)
  const about = subjectAt(address)
  return (
    <Loading
      // What belongs on top comes last; nothing may jump away under the reader's eyes.
      loaded={isSubjectComing && !about ? { at: 'loading' } : loaded}
      again={again}
      missing={say('noSuchStore', { provider: provider.name })}
      forbidden={say('mayNotSeeOrders')}
    >
      {orders => {
        const { theirs, others } = latestOrders(orders, about?.email)
        const who = about?.name ?? about?.email
        return (
          <>
            {about?.email && who && (
              <OrderList title={say('ordersOf', { who })} none={say('noOrdersOf', { who })} orders={theirs} />
            )}
            <OrderList
              title={say(theirs.length > 0 ? 'otherOrders' : 'latestOrders')}
              none={say('noOrders')}
              orders={others}
            />
          </>
        )
      }}
    </Loading>
  )
}

function OrderList({ title, none, orders }: { title: string; none: string; orders: Dictionary[] }) {
  return (
    <>
      <h3>{title}</h3>
      {orders.length === 0 && <p class="muted">{none}</p>}
      <ul class="entries">
        {orders.map(order => (
          <li key={textOf(order, 'id')}>
            <span>
              <strong>{productOf(order)}</strong>
              <span class="small muted">
                {[textOf(order, 'status'), day(textOf(order, 'dateCreated'))].filter(Boolean).join(' · ')}
              </span>
              <span class="small muted">{textOf(order, 'customerEmail')}</span>
            </span>
            <strong class="sum">{money(textOf(order, 'total'), textOf(order, 'currency'))}</strong>
          </li>
        ))}
      </ul>
    </>
  )
}

function productOf(order: Dictionary): string {
  const product = textOf(order, 'productName') ?? say('noName')
  const quantity = textOf(order, 'quantity')
  return quantity && quantity !== '1' ? say('manyOf', { quantity, product }) : product
}
