// The widget of the demo's third-party site: a plain script of the page, with the SDK's script before it. It reads, it
// changes after the user has allowed that, too, and it calls the API itself with a token that it was given.
/* global Dealpass */

const place = document.querySelector('#widget')
const api = 'https://api.play2sell.com'

function line(text, role) {
  const paragraph = document.createElement('p')
  paragraph.textContent = text
  if (role) paragraph.role = role
  return paragraph
}

function list(leads) {
  const rows = document.createElement('ul')
  for (const { name, score } of leads) {
    const row = document.createElement('li')
    const tag = document.createElement('span')
    tag.className = 'tag'
    tag.textContent = `score ${score ?? '–'}`
    const who = document.createElement('div')
    who.textContent = name
    row.append(who, tag)
    rows.append(row)
  }
  return rows
}

async function read(pass) {
  const reply = await pass.fetch('salesos', '/v1/leads?per_page=4')
  const { data, meta } = await reply.json()
  return [list(data), line(`${meta.total} leads, read by Dealpass`)]
}

async function add(pass) {
  const reply = await pass.fetch('salesos', '/v1/leads', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Harbour & Sons', email: 'office@harbour.example' }),
  })
  if (!reply.ok) return [line(`SalesOS says ${reply.status}`, 'alert')]
  const { data } = await reply.json()
  return [line(`${data.name} was added`)]
}

async function call(pass) {
  const lease = await pass.token('salesos', { scopes: ['leads:read'] })
  const reply = await fetch(`${api}/v1/leads?per_page=4`, {
    headers: { authorization: `${lease.tokenType} ${lease.accessToken}` },
  })
  const { data } = await reply.json()
  const end = new Date(lease.expiresAt).toLocaleTimeString([], { timeStyle: 'short' })
  return [list(data), line(`Read by this page with a token of its own, which ends at ${end}`)]
}

for (const [name, run] of [
  ['Show leads', read],
  ['Add a lead', add],
  ['Use a token', call],
]) {
  const button = document.createElement('button')
  button.textContent = name
  button.addEventListener('click', async () => {
    try {
      const pass = await Dealpass.dealpass()
      place.replaceChildren(...(await run(pass)))
    } catch (error) {
      place.replaceChildren(line(error.message, 'alert'))
    }
  })
  document.querySelector('#widget-actions').append(button)
}
