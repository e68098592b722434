import { createHash } from 'node:crypto'
import { leads } from '../leads'
import { type SandboxUser, users } from '../people'

const DAY = 86_400_000

// SellSN's ids are UUIDs; these stay the same from run to run.
function idOf(text: string): string {
  const hex = createHash('sha256').update(`sellsn ${text}`).digest('hex')
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-a$4-$5')
}

type Shop = {
  owner: SandboxUser
  slug: string
  name: string
  description: string
  visits: number
  reviews: number
  rating: number
  resolvedTickets: number
  productsSold: number
  products: [name: string, cost: number][]
}

const shops: Shop[] = [
  {
    owner: users.rep,
    slug: 'acme-templates',
    name: 'Acme Templates',
    description: 'Proposal and onboarding templates for sales teams',
    visits: 18_420,
    reviews: 214,
    rating: 4.8,
    resolvedTickets: 96,
    productsSold: 1_372,
    products: [
      ['Proposal kit', 49],
      ['Onboarding playbook', 79],
      ['Quote calculator', 29],
    ],
  },
  {
    owner: users.rep,
    slug: 'acme-training',
    name: 'Acme Training',
    description: 'Recorded courses on negotiation and discovery',
    visits: 6_905,
    reviews: 58,
    rating: 4.6,
    resolvedTickets: 21,
    productsSold: 311,
    products: [
      ['Discovery calls, 6 lessons', 129],
      ['Negotiation basics', 99],
    ],
  },
  {
    owner: users.colleague,
    slug: 'okafor-audio',
    name: 'Okafor Audio',
    description: 'Jingles and hold music for small companies',
    visits: 3_118,
    reviews: 41,
    rating: 4.4,
    resolvedTickets: 12,
    productsSold: 187,
    products: [
      ['Hold music, 5 tracks', 35],
      ['Jingle, made to order', 240],
    ],
  },
]

const shopsOf = (user: SandboxUser) => shops.filter(({ owner }) => owner.id === user.id)

/** The stores of a person in SellSN's documented shape, with the fields that a widget may want. */
export function storesOf(user: SandboxUser, startedAt: number) {
  return shopsOf(user).map(({ owner, products, slug, ...shop }, index) => ({
    id: idOf(slug),
    dateCreated: new Date(startedAt - (520 - index * 90) * DAY).toISOString(),
    ...shop,
    url: slug,
    domain: `${slug}.sellsn.example`,
    customDomain: null,
    preferredCurrency: 'EUR',
    isVerified: true,
  }))
}

/** The orders of one store, newest first. Their fields are INVENTED; the buyers are the sandbox's leads. */
export function ordersOf(storeId: string, startedAt: number) {
  const shop = shops.find(({ slug }) => idOf(slug) === storeId)
  const statuses = ['Completed', 'Completed', 'Delivered', 'Pending', 'Completed', 'Refunded']
  return leads.flatMap((lead, index) => {
    const product = shop?.products[index % shop.products.length]
    if (!shop || !product) return []
    const [productName, cost] = product
    const quantity = 1 + (index % 3)
    const agoMs = index * 1.7 * DAY + lead.id * 3_600_000
    return {
      id: idOf(`${shop.slug} order ${index}`),
      dateCreated: new Date(startedAt - agoMs).toISOString(),
      status: statuses[index % statuses.length],
      productName,
      quantity,
      total: cost * quantity,
      currency: 'EUR',
      customerEmail: lead.email,
    }
  })
}

/**
 * A person's account in the documented shape of `GET /user`. It says far more than who someone is: payment addresses,
 * referral links, reports about them.
 */
export function accountOf(user: SandboxUser, startedAt: number) {
  const mailbox = user.email.split('@')[0] ?? ''
  const at = (daysAgo: number) => new Date(startedAt - daysAgo * DAY).toISOString()
  return {
    id: idOf(`user ${user.id}`),
    dateCreated: at(610),
    plan: 'Business',
    setupCompletionState: 4,
    disabledPaymentMethods: {},
    email: user.email,
    userName: mailbox.replace('.', '-'),
    allowMarketplace: true,
    stores: storesOf(user, startedAt),
    twoFactorEnabled: true,
    discordWebhookUrl: `https://discord.example/api/webhooks/${mailbox}-orders`,
    lastPasswordUpdate: at(73),
    cashAppOptions: {
      id: idOf(`cash app ${user.id}`),
      dateCreated: at(300),
      isEnabled: true,
      email: `cash.${user.email}`,
      verificationCode: `verification-${user.id}`,
      isAcceptingRequests: true,
      tag: `$${mailbox.replace('.', '')}`,
    },
    payPalOptions: {
      id: idOf(`paypal ${user.id}`),
      dateCreated: at(420),
      isEnabled: true,
      isFriendsAndFamilyEnabled: false,
      isAcceptingRequests: true,
      email: user.email,
      payPalEmail: `payouts.${user.email}`,
    },
    disabled: false,
    planExpiry: at(-150),
    enabledCryptocurrencies: ['BTC', 'LTC'],
    stripeOptions: {
      id: idOf(`stripe ${user.id}`),
      dateCreated: at(380),
      isEnabled: true,
      publishableKey: `pk_sandbox_${user.id}`,
    },
    ownedReferralLink: `https://sellsn.example/join/${mailbox}`,
    referralLink: 'https://sellsn.example/join/summer-campaign',
    atlasReports: [
      {
        id: idOf(`report ${user.id}`),
        dateCreated: at(12),
        email: `buyer.of.${user.email}`,
        reason: 'Late delivery',
        gateway: 'PayPal',
        reporter: `reporter-${user.id}`,
        resolved: true,
        type: 'Dispute',
        userId: idOf(`user ${user.id}`),
      },
    ],
    stripeEnabled: true,
    apiKeyActive: true,
    isCryptoEnabled: true,
    isCardsToCryptoEnabled: false,
    isSumUpEnabled: false,
    isTazaEnabled: false,
    refreshAt: at(-1),
  }
}
