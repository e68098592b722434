import { users } from './people'

const DAY = 86_400_000
const HOUR = 3_600_000

/** One prospect of Acme Sales, as all servers of the sandbox know it. Values are whole euros. */
export type SandboxLead = {
  id: number
  firstName: string
  lastName: string
  title: string
  organisation: string
  industry: string
  city: string
  country: string
  email: string
  phone: string
  status: 'New' | 'Working' | 'Qualified' | 'Unqualified'
  value: number
  ownerId: number
  score: number
  stage: string
  nextStep: string
  nextStepInMs: number
  lastTouch: string
  lastTouchAgoMs: number
  createdAgoMs: number
}

type Row = [
  first: string,
  last: string,
  title: string,
  organisation: string,
  industry: string,
  city: string,
  country: string,
  domain: string,
  phone: string,
  status: SandboxLead['status'],
  value: number,
  owner: 'rep' | 'colleague',
  score: number,
  stage: string,
  nextStep: string,
  nextStepInDays: number,
  lastTouch: string,
  lastTouchAgoHours: number,
]

// The numbers are from the ranges that the regulators of these countries keep for fiction where they have one.
// biome-ignore format: one line per lead reads as a table
const rows: Row[] = [
  ['Elena', 'Marchetti', 'Head of Operations', 'Northwind Logistics', 'Logistics', 'Rotterdam', 'Netherlands', 'northwind.example', '+31 10 555 0142', 'Working', 48_000, 'rep', 86, 'Proposal', 'Send the revised quote', 1, 'Call, 24 min', 20],
  ['James', 'Whitfield', 'Procurement Lead', 'Harbour & Sons', 'Marine supply', 'Bristol', 'United Kingdom', 'harbourandsons.example', '+44 117 496 0338', 'New', 12_500, 'rep', 41, 'Discovery', 'Book a first call', 2, 'Web form', 52],
  ['Aiko', 'Tanabe', 'CFO', 'Kumo Robotics', 'Manufacturing', 'Hamburg', 'Germany', 'kumo.example', '+49 40 66969 214', 'Qualified', 132_000, 'rep', 93, 'Negotiation', 'Legal review of the contract', 3, 'E-mail opened', 5],
  ['Priya', 'Raman', 'VP Sales', 'Bluebird Analytics', 'Software', 'Dublin', 'Ireland', 'bluebird.example', '+353 20 911 0455', 'Working', 64_000, 'rep', 78, 'Evaluation', 'Pilot kick-off', 4, 'Meeting, 45 min', 28],
  ['Lucas', 'Ferreira', 'Owner', 'Ferreira Azulejos', 'Construction', 'Porto', 'Portugal', 'ferreira.example', '+351 22 555 0199', 'New', 8_200, 'colleague', 35, 'Discovery', 'Qualify the budget', 5, 'Trade fair', 96],
  ['Sofie', 'Dahl', 'IT Manager', 'Fjordlys Energi', 'Energy', 'Bergen', 'Norway', 'fjordlys.example', '+47 55 50 01 36', 'Working', 91_000, 'rep', 71, 'Evaluation', 'Answer the security questions', 1, 'E-mail', 9],
  ['Martin', 'Novák', 'Managing Director', 'Novák Stroje', 'Machinery', 'Brno', 'Czechia', 'novakstroje.example', '+420 541 555 017', 'Unqualified', 5_400, 'colleague', 18, 'Closed', 'Try again in spring', 90, 'Call, 3 min', 240],
  ['Chloé', 'Bertrand', 'Purchasing Manager', 'Maison Verte', 'Retail', 'Lyon', 'France', 'maisonverte.example', '+33 1 99 00 47 21', 'Qualified', 37_500, 'rep', 82, 'Proposal', 'Present to the board', 6, 'Meeting, 30 min', 47],
  ['Oskar', 'Wiśniewski', 'Plant Manager', 'Baltic Foods', 'Food', 'Gdańsk', 'Poland', 'balticfoods.example', '+48 58 555 01 08', 'Working', 26_800, 'colleague', 57, 'Discovery', 'Site visit', 8, 'Call, 11 min', 70],
  ['Hannah', 'Keller', 'Director Digital', 'Alpstein Hotels', 'Hospitality', 'Zürich', 'Switzerland', 'alpstein.example', '+41 44 555 01 63', 'New', 54_000, 'rep', 64, 'Discovery', 'Share the case study', 2, 'Newsletter', 31],
  ['Diego', 'Santana', 'COO', 'Solmar Shipping', 'Logistics', 'Valencia', 'Spain', 'solmar.example', '+34 96 555 01 29', 'Qualified', 118_000, 'colleague', 88, 'Negotiation', 'Agree on payment terms', 2, 'Call, 38 min', 14],
  ['Ingrid', 'Solberg', 'Facilities Lead', 'Nordic Clinics', 'Health', 'Oslo', 'Norway', 'nordicclinics.example', '+47 22 50 01 74', 'Working', 19_900, 'rep', 49, 'Evaluation', 'Follow up on the demo', 3, 'Demo, 50 min', 61],
]

function mailName(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[^a-z]/gi, '')
    .toLowerCase()
}

/** The sandbox's leads, ids 1 to 12: the same people at Sell, at SalesOS and in the demo CRM. */
export const leads: SandboxLead[] = rows.map((row, index) => {
  const [firstName, lastName, title, organisation, industry, city, country, domain, phone, ...sale] = row
  const [status, value, owner, score, stage, nextStep, nextStepInDays, lastTouch, lastTouchAgoHours] = sale
  return {
    id: index + 1,
    firstName,
    lastName,
    title,
    organisation,
    industry,
    city,
    country,
    email: `${mailName(firstName)}.${mailName(lastName)}@${domain}`,
    phone,
    status,
    value,
    ownerId: users[owner].id,
    score,
    stage,
    nextStep,
    nextStepInMs: nextStepInDays * DAY,
    lastTouch,
    lastTouchAgoMs: lastTouchAgoHours * HOUR,
    createdAgoMs: lastTouchAgoHours * HOUR + (index + 3) * 2 * DAY,
  }
})
