// Runs in the page, as a CRM's own script would. It knows nothing of any extension.
const model = JSON.parse(document.body.dataset.model)
delete document.body.dataset.model

const main = document.querySelector('main')
const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 })
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const dateOnly = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' })

/** Makes an element. Text is set as text, so nothing in the model can become markup. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.append(...children)
  return element
}

function fromNow(time) {
  const hours = Math.round((time - Date.now()) / 3_600_000)
  return Math.abs(hours) < 24
    ? relative.format(hours, 'hour')
    : relative.format(Math.round(hours / 24), 'day')
}

function face(name, size = '') {
  const initials = name.split(' ').map(word => word[0])
  const element = make('span', { class: `face ${size}`, 'aria-hidden': 'true' }, initials.join(''))
  const hue = [...name].reduce((sum, letter) => sum + letter.codePointAt(0) * 7, 0) % 360
  element.style.setProperty('--hue', hue)
  return element
}

const nameOf = lead => `${lead.firstName} ${lead.lastName}`
const tag = status => make('span', { class: `tag ${status.toLowerCase()}` }, status)

function leadRow(lead) {
  const link = make('a', { href: `/leads/${lead.id}` }, nameOf(lead))
  const person = make(
    'div',
    { class: 'person' },
    face(nameOf(lead)),
    make('div', {}, link, make('small', {}, lead.title)),
  )
  return make(
    'tr',
    {},
    make('td', {}, person),
    make('td', {}, lead.organisation),
    make('td', {}, tag(lead.status)),
    make('td', { class: 'number' }, money.format(lead.value)),
    make('td', { class: 'hide-small' }, lead.owner),
    make('td', { class: 'soft hide-small' }, fromNow(lead.lastTouchAt)),
  )
}

function showList() {
  const search = make('input', { type: 'search', placeholder: 'Search leads', 'aria-label': 'Search leads' })
  const status = make('select', { 'aria-label': 'Status' })
  for (const name of ['All statuses', 'New', 'Working', 'Qualified', 'Unqualified'])
    status.append(make('option', {}, name))
  const count = make('span', { class: 'count' })
  const body = make('tbody')
  const fill = () => {
    const wanted = search.value.trim().toLowerCase()
    const found = model.leads.filter(
      lead =>
        (status.selectedIndex === 0 || lead.status === status.value) &&
        `${nameOf(lead)} ${lead.organisation}`.toLowerCase().includes(wanted),
    )
    body.replaceChildren(...found.map(leadRow))
    count.textContent = found.length === 1 ? '1 lead' : `${found.length} leads`
  }
  search.addEventListener('input', fill)
  status.addEventListener('change', fill)
  fill()
  const heads = ['Name', 'Organisation', 'Status', 'Value', 'Owner', 'Last touch'].map((text, index) =>
    make('th', { scope: 'col', class: index === 3 ? 'number' : index > 3 ? 'hide-small' : '' }, text),
  )
  const table = make('table', {}, make('thead', {}, make('tr', {}, ...heads)), body)
  main.replaceChildren(
    make('div', { class: 'top' }, make('h1', {}, 'Leads'), count),
    make('div', { class: 'tools' }, search, status),
    make('div', { class: 'card' }, table),
  )
  document.title = 'Leads · Demo CRM'
}

function details(title, pairs) {
  const list = make('dl')
  for (const [term, value] of pairs) list.append(make('dt', {}, term), make('dd', {}, value))
  return make('section', { class: 'card' }, make('h2', {}, title), list)
}

function figure(term, value) {
  return make('div', {}, make('small', {}, term), make('b', {}, value))
}

function showLead(lead) {
  const index = model.leads.indexOf(lead)
  const steps = make('span', { class: 'steps' })
  const previous = model.leads[index - 1]
  const next = model.leads[index + 1]
  if (previous) steps.append(make('a', { href: `/leads/${previous.id}`, rel: 'prev' }, '← Previous'))
  if (next) steps.append(make('a', { href: `/leads/${next.id}`, rel: 'next' }, 'Next →'))

  const domain = lead.email.split('@')[1]
  const history = [
    [lead.lastTouch, `${fromNow(lead.lastTouchAt)} · ${lead.owner}`],
    [`Status set to ${lead.status}`, `${fromNow(lead.lastTouchAt - 86_400_000)} · ${lead.owner}`],
    ['Lead created', dateOnly.format(lead.createdAt)],
  ]
  const line = make('ul', { class: 'line' })
  for (const [what, when] of history) line.append(make('li', {}, what, make('small', {}, when)))

  const head = make(
    'section',
    { class: 'card' },
    make(
      'div',
      { class: 'head' },
      face(nameOf(lead), 'large'),
      make('div', {}, make('h1', {}, nameOf(lead)), make('p', {}, `${lead.title} at ${lead.organisation}`)),
      tag(lead.status),
    ),
    make(
      'div',
      { class: 'figures' },
      figure('Expected value', money.format(lead.value)),
      figure('Owner', lead.owner),
      figure('Last touch', fromNow(lead.lastTouchAt)),
      figure('Created', dateOnly.format(lead.createdAt)),
    ),
  )
  const wide = make(
    'div',
    { class: 'wide' },
    head,
    make(
      'div',
      { class: 'pair' },
      details('Contact', [
        ['E-mail', make('a', { href: `mailto:${lead.email}` }, lead.email)],
        ['Phone', lead.phone],
        ['City', `${lead.city}, ${lead.country}`],
      ]),
      details('Organisation', [
        ['Name', lead.organisation],
        ['Industry', lead.industry],
        ['Website', `www.${domain}`],
      ]),
    ),
    make('section', { class: 'card' }, make('h2', {}, 'Activity'), line),
  )
  main.replaceChildren(
    make(
      'div',
      { class: 'crumbs' },
      make('a', { href: '/leads' }, 'Leads'),
      make('span', {}, '/'),
      make('span', {}, nameOf(lead)),
      steps,
    ),
    make('div', { class: 'lead' }, wide),
  )
  document.title = `${nameOf(lead)} · Demo CRM`
}

function showNothing(title, text) {
  main.replaceChildren(
    make('div', { class: 'top' }, make('h1', {}, title)),
    make('div', { class: 'card empty' }, text),
  )
  document.title = `${title} · Demo CRM`
}

function show() {
  const { pathname } = location
  const id = /^\/leads\/(\d+)\/?$/.exec(pathname)?.[1]
  const lead = model.leads.find(one => String(one.id) === id)
  if (lead) showLead(lead)
  else if (id) showNothing('No such lead', 'It may have been deleted, or belong to another team.')
  else if (/^\/leads\/?$/.test(pathname)) showList()
  else {
    const entry = [...document.querySelectorAll('.side li a')].find(link =>
      pathname.startsWith(link.pathname),
    )
    showNothing(entry?.textContent.trim() ?? 'Nothing here', 'This part of the CRM is not in the sandbox.')
  }
  for (const link of document.querySelectorAll('.side li a')) {
    if (pathname === link.pathname || pathname.startsWith(`${link.pathname}/`))
      link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
}

document.addEventListener('click', event => {
  const link = event.target instanceof Element ? event.target.closest('a') : null
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
  if (!link || !isPlain || link.origin !== location.origin) return
  event.preventDefault()
  if (link.href !== location.href) history.pushState(null, '', link.href)
  show()
  scrollTo(0, 0)
  main.focus({ preventScroll: true })
})
addEventListener('popstate', show)

document
  .querySelector('.me')
  .append(face(model.user.name), make('div', {}, model.user.name, make('small', {}, model.user.email)))
show()
