import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { leads, type SandboxLead } from '../leads'
import { escapeHtml } from '../page'
import { userById, users } from '../people'

/** The scripts that the page loads where it has them, in this order. */
const scriptPaths = ['/dealpass.js', '/widget.js']

// All that such a page can forbid and still do its work, so that what works on it works on others, too.
const policy = (api: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${api}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')

const style = readFileSync(new URL('./desk.css', import.meta.url), 'utf8')

const euros = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 })

const sum = (all: SandboxLead[]) => euros.format(all.reduce((total, { value }) => total + value, 0))

const initials = (name: string) =>
  name
    .split(' ')
    .filter(word => word !== '&')
    .map(word => word[0])
    .join('')

const ownerOf = ({ ownerId }: SandboxLead) => userById(ownerId)?.name ?? ''

const stage = ({ stage: name }: SandboxLead) =>
  `<span class="stage ${name.toLowerCase()}">${escapeHtml(name)}</span>`

const logo = ({ id, organisation }: SandboxLead) =>
  `<span class="logo tint-${id % 6}" aria-hidden="true">${escapeHtml(initials(organisation))}</span>`

const row = (lead: SandboxLead) => `<tr>
<td><div class="account">${logo(lead)}<div><a href="/accounts/${lead.id}">${escapeHtml(lead.organisation)}</a>
<small>${escapeHtml(`${lead.city}, ${lead.country}`)}</small></div></div></td>
<td>${escapeHtml(lead.industry)}</td>
<td>${stage(lead)}</td>
<td class="sum">${euros.format(lead.value)}</td>
</tr>`

// A script finds the place by its id, and on an account's page whose lead it is by the attributes.
const widgetCard = (lead?: SandboxLead) => `<section class="card" aria-labelledby="leads">
<header><h2 id="leads">Leads</h2><div id="widget-actions"></div></header>
<div id="widget"${lead ? ` data-lead="${lead.id}" data-email="${escapeHtml(lead.email)}"` : ''}></div>
</section>`

const tiles = () => {
  const open = leads.filter(({ status }) => status !== 'Unqualified')
  const numbers = [
    ['Accounts', String(leads.length)],
    ['Open pipeline', sum(open)],
    ['In negotiation', sum(open.filter(lead => lead.stage === 'Negotiation'))],
    ['Yours', String(leads.filter(({ ownerId }) => ownerId === users.rep.id).length)],
  ]
  return `<dl class="tiles">${numbers.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>`
}

const accountsPage = () => `<h1>Accounts</h1>
${tiles()}
<div class="columns">
<section class="card" aria-label="All accounts">
<table>
<thead><tr><th>Account</th><th>Industry</th><th>Stage</th><th class="sum">Value</th></tr></thead>
<tbody>
${leads.map(row).join('\n')}
</tbody>
</table>
</section>
${widgetCard()}
</div>`

function accountPage(lead: SandboxLead): string {
  const { firstName, lastName, title, email, phone, industry, city, country } = lead
  const facts = [
    ['Contact', `${firstName} ${lastName}`],
    ['Role', title],
    ['E-mail', email],
    ['Phone', phone],
    ['Industry', industry],
    ['Place', `${city}, ${country}`],
    ['Owner', ownerOf(lead)],
    ['Value', euros.format(lead.value)],
    ['Next step', lead.nextStep],
    ['Last touch', lead.lastTouch],
  ]
  return `<p class="crumbs"><a href="/">Accounts</a></p>
<div class="title">${logo(lead)}<h1>${escapeHtml(lead.organisation)}</h1>${stage(lead)}</div>
<div class="columns">
<section class="card" aria-labelledby="details">
<header><h2 id="details">Details</h2></header>
<dl class="facts">
${facts.map(([name = '', value = '']) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`).join('\n')}
</dl>
</section>
${widgetCard(lead)}
</div>`
}

function page(title: string, body: string, scripts: string[]): string {
  const { name, email } = users.rep
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Acme Desk</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/desk.css">
</head>
<body>
<header class="bar">
<a class="brand" href="/"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 19 12 5l8 14M8.2 14h7.6"/></svg>Acme Desk</a>
<nav aria-label="Main"><a class="tab" href="/" aria-current="true">Accounts</a></nav>
<div class="me" title="${email}"><span aria-hidden="true">${initials(name)}</span>${name}</div>
</header>
<main>
${body}
</main>
<footer>Sandbox: a demo page of an invented company, with invented people.</footer>
${scripts.map(path => `<script src="${path}"></script>`).join('\n')}
</body>
</html>
`
}

/**
 * Makes the pages of Acme Desk, the CRM that an invented company has written for itself: all accounts at `/`, one at
 * `/accounts/1`. Each has `<div id="widget">`, into which the scripts of `files` may draw, and
 * `<div id="widget-actions">` for their buttons; desk.css says what it has ready for them. The page has a strict
 * policy, by which it may call `api`.
 */
export function createDesk(files: () => Record<string, string>, api: (origin: string) => string): Hono {
  const app = new Hono()
  app.get('/desk.css', context =>
    context.body(style, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-store' }),
  )
  const show = (title: string, body: string, url: string) => {
    // A tag for a missing file would put an error into the console.
    const scripts = scriptPaths.filter(path => files()[path] !== undefined)
    return new Response(page(title, body, scripts), {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': policy(api(new URL(url).origin)),
      },
    })
  }
  app.get('/', context => show('Accounts', accountsPage(), context.req.url))
  app.get('/accounts/:id', context => {
    const lead = leads.find(({ id }) => String(id) === context.req.param('id'))
    return lead ? show(lead.organisation, accountPage(lead), context.req.url) : context.notFound()
  })
  return app
}
