import { describe, expect, it } from 'vitest'
import { latestOrders, listIn } from '../../../../src/screens/panel/blocks/sellsn-answer'

describe('listIn', () => {
  it('is the list of an answer that succeeded', () => {
    expect(listIn({ success: true, message: 'Done.', data: [{ id: '1' }] })).toEqual([{ id: '1' }])
  })

  it.each([
    { success: false, message: 'No.', data: [] },
    { success: 'true', data: [] },
    { data: [] },
    [],
    { success: true },
    null,
  ])('throws a TypeError for %j', body => {
    expect(() => listIn(body)).toThrow(TypeError)
  })
})

describe('latestOrders', () => {
  const order = (id: number, customerEmail = 'someone@acme.example') => ({
    id,
    customerEmail,
    dateCreated: new Date(id * 86_400_000).toISOString(),
  })
  const ids = (orders: { id?: unknown }[]) => orders.map(({ id }) => id)

  it('has the newest five, newest first, in whatever order they came', () => {
    const { theirs, others } = latestOrders(
      [3, 7, 1, 6, 2, 5, 4].map(id => order(id)),
      undefined,
    )
    expect(ids(others)).toEqual([7, 6, 5, 4, 3])
    expect(theirs).toEqual([])
  })

  it('has those of one customer apart, whatever the case of the address', () => {
    const orders = [order(1, 'ADA@acme.example'), order(2), order(3, 'ada@acme.example')]
    const { theirs, others } = latestOrders(orders, 'Ada@Acme.example')
    expect(ids(theirs)).toEqual([3, 1])
    expect(ids(others)).toEqual([2])
  })

  it('has no more than five of a customer', () => {
    const orders = [1, 2, 3, 4, 5, 6].map(id => order(id, 'ada@acme.example'))
    expect(ids(latestOrders(orders, 'ada@acme.example').theirs)).toEqual([6, 5, 4, 3, 2])
  })

  it('has an order without a time last, and one without an address as nobody’s', () => {
    const { theirs, others } = latestOrders([{ id: 0 }, order(2)], undefined)
    expect(ids(others)).toEqual([2, 0])
    expect(theirs).toEqual([])
  })
})
