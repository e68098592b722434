// Runs in the page, as a CRM's own script would. It knows nothing of any extension.
import { contactList, contactPage } from './contacts.js'
import { dashboard } from './dashboard.js'
import { dealList, dealPage } from './deals.js'
import { face, make, top } from './elements.js'
import { leadList, leadPage } from './leads.js'
import { model } from './model.js'
import { integrations } from './settings.js'

const main = document.querySelector('main')

// A page is a title and what stands under it; none for a record that does not exist.
const routes = [
  [/^\/leads\/?$/, leadList],
  [/^\/leads\/(\d+)\/?$/, leadPage, 'No such lead'],
  [/^\/crm\/contacts\/?$/, contactList],
  [/^\/crm\/contacts\/(\d+)\/?$/, contactPage, 'No such contact'],
  [/^\/sales(?:\/deals)?\/?$/, dealList],
  [/^\/sales\/deals\/(\d+)\/?$/, dealPage, 'No such deal'],
  [/^\/dashboards\/main\/?$/, dashboard],
  [/^\/settings\/integrations\/?$/, integrations],
]

const nothing = (title, text) => ({
  title,
  content: [top(title), make('div', { class: 'card empty' }, text)],
})

function pageAt(pathname) {
  for (const [pattern, make, absence] of routes) {
    const found = pattern.exec(pathname)
    if (found)
      return make(found[1]) ?? nothing(absence, 'It may have been deleted, or belong to another team.')
  }
  return nothing('Nothing here', 'This part of the CRM is not in the sandbox.')
}

const areaOf = pathname => pathname.split('/')[1]

function show() {
  const { pathname } = location
  const { title, content } = pageAt(pathname)
  main.replaceChildren(...content)
  document.title = `${title} · Demo CRM`
  for (const link of document.querySelectorAll('.side li a')) {
    if (areaOf(link.pathname) === areaOf(pathname)) link.setAttribute('aria-current', 'page')
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
