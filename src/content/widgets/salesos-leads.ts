// A widget of the plainest kind: it receives a short-lived token by message and calls the API with it, from the page
// and with the page's origin. So the API has to allow that origin (CORS); where it does not, brokered fetch is the way.

import type { Dealpass } from '../../sdk/dealpass'
import { dealpass } from '../../sdk/in-extension'
import type { Lease } from '../../shared/protocol'
import { pageTexts } from '../../shared/texts/page'
import { shadowRoots } from '../shadow'
import css from './salesos-leads.css?inline'

const provider = 'salesos'
const scopes = ['leads:read']
const address = 'https://api.play2sell.com/v1/leads'

type Lead = { name?: string; score?: number; next_step?: { title?: string } }

const section = document.createElement('section')
section.ariaLabel = pageTexts.leads
section.hidden = true
shadowRoots('leads')('open', css).append(section)

// Without the extension there is nothing to show, and nobody to tell.
dealpass().then(start, () => undefined)

function start(pass: Dealpass): void {
  pass.onChange(() => void show(pass))
  void show(pass)
}

async function show(pass: Dealpass): Promise<void> {
  const connection = (await pass.connections()).find(
    known => known.provider === provider && known.use === 'token',
  )
  section.hidden = connection === undefined
  if (!connection) {
    section.replaceChildren()
    return
  }
  try {
    const lease = await pass.token(provider, { scopes, connection: connection.connection })
    draw(await leads(lease), lease)
  } catch (error) {
    drawLines(error instanceof Error ? error.message : String(error))
  }
}

async function leads({ accessToken, tokenType }: Lease): Promise<{ total: number; leads: Lead[] }> {
  const response = await fetch(address, {
    headers: { authorization: `${tokenType} ${accessToken}` },
    credentials: 'omit',
  })
  if (!response.ok) throw new Error(`SalesOS: ${response.status}`)
  const { data, meta } = (await response.json()) as { data: Lead[]; meta: { total: number } }
  return { total: meta.total, leads: data }
}

function draw({ total, leads: all }: { total: number; leads: Lead[] }, { expiresAt }: Lease): void {
  const byScore = all.toSorted((a, b) => (b.score ?? 0) - (a.score ?? 0))
  const hot = byScore.filter(({ score }) => (score ?? 0) >= 80).length
  const [next] = byScore
  const time = new Date(expiresAt).toLocaleTimeString([], { timeStyle: 'short' })
  drawLines(
    pageTexts.leadsCount(total, hot),
    next?.next_step?.title && pageTexts.leadsNext(next.next_step.title, next.name),
    pageTexts.leadsUntil(time),
  )
}

function drawLines(...lines: (string | undefined)[]): void {
  const heading = document.createElement('h2')
  heading.textContent = pageTexts.leads
  const paragraphs = lines
    .filter(line => line !== undefined)
    .map(line => {
      const paragraph = document.createElement('p')
      paragraph.textContent = line
      return paragraph
    })
  section.replaceChildren(heading, ...paragraphs)
}
