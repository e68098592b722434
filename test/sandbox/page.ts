/** How a provider's sign-in and consent pages look. */
export type Brand = {
  name: string
  /** Colours of buttons and marks, for light and dark. They need contrast 4.5 : 1 with white and with near-black. */
  accent: string
  accentDark: string
  /** Paths of a 24 × 24 drawing. */
  mark: string
}

/** Text made safe to stand in HTML, also inside a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`)
}

const style = ({ accent, accentDark }: Brand) => `
:root { color-scheme: light dark; --accent: ${accent}; --on-accent: #fff; --ground: #f3f4f7; --card: #fff;
  --text: #1c2230; --soft: #5b6477; --line: #dfe3ea; --field: #fff; --wrong: #b3261e; --wrong-ground: #fdecea }
@media (prefers-color-scheme: dark) { :root { --accent: ${accentDark}; --on-accent: #10131a; --ground: #12151c;
  --card: #1b1f29; --text: #eceff5; --soft: #a3adbf; --line: #313848; --field: #151922; --wrong: #ffb4ab;
  --wrong-ground: #3a1d1b } }
* { box-sizing: border-box }
html { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif }
body { margin: 0; min-height: 100vh; display: grid; grid-template-rows: 1fr auto; justify-items: center;
  background: var(--ground); color: var(--text) }
main { align-self: center; width: min(25.5rem, calc(100vw - 2rem)); margin: 1.5rem 0 1rem; padding: 2rem;
  background: var(--card); border: 1px solid var(--line); border-radius: 14px;
  box-shadow: 0 1px 2px rgb(16 24 40 / 5%), 0 12px 32px rgb(16 24 40 / 7%) }
.brand { display: flex; align-items: center; gap: .6rem; margin-bottom: 1.6rem; font-weight: 650; font-size: 1.05rem }
.brand svg { width: 30px; height: 30px; padding: 5px; border-radius: 8px; background: var(--accent);
  color: var(--on-accent) }
h1 { margin: 0 0 .35rem; font-size: 1.4rem; line-height: 1.25; letter-spacing: -.01em }
p { margin: 0 0 1.25rem; color: var(--soft) }
label { display: block; margin: 0 0 .3rem; font-weight: 550 }
input { width: 100%; margin: 0 0 1rem; padding: .62rem .75rem; font: inherit; color: inherit; background: var(--field);
  border: 1px solid var(--line); border-radius: 8px }
input:focus-visible, button:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px }
button { flex: 1; padding: .65rem 1rem; font: inherit; font-weight: 600; cursor: pointer; border-radius: 8px;
  border: 1px solid var(--line); background: transparent; color: inherit }
button.main { border-color: transparent; background: var(--accent); color: var(--on-accent) }
button:hover { filter: brightness(1.06) }
.row { display: flex; gap: .7rem; margin-top: .5rem }
.wrong { margin: 0 0 1rem; padding: .6rem .8rem; border-radius: 8px; color: var(--wrong);
  background: var(--wrong-ground) }
ul { list-style: none; margin: 0 0 1.4rem; padding: 0; border: 1px solid var(--line); border-radius: 10px }
li { display: flex; gap: .65rem; padding: .5rem .85rem }
li + li { border-top: 1px solid var(--line) }
li svg { flex: none; width: 18px; height: 18px; margin-top: .15rem; color: var(--accent) }
.who { display: flex; align-items: center; gap: .7rem; margin: 0 0 1.25rem }
.who span { flex: none; display: grid; place-items: center; width: 36px; height: 36px; border-radius: 50%;
  background: var(--accent); color: var(--on-accent); font-weight: 650; font-size: .85rem }
.who div { line-height: 1.35; min-width: 0; overflow-wrap: anywhere }
.who small { display: block; color: var(--soft); font-size: .87rem }
small.fine { display: block; margin-top: 1.1rem; color: var(--soft); font-size: .82rem }
footer { padding: 0 1rem 1.25rem; color: var(--soft); font-size: .8rem; text-align: center }
`

const icon = (paths: string) =>
  `<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${paths}</svg>`

const tick = icon('<path d="m5 12.5 4.5 4.5L19 7.5"/>')

function page(brand: Brand, title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · ${brand.name}</title>
<link rel="icon" href="data:,">
<style>${style(brand)}</style>
</head>
<body>
<main>
<div class="brand">${icon(brand.mark)}${brand.name}</div>
${body}
</main>
<footer>Local sandbox. This page is not ${brand.name}.</footer>
</body>
</html>
`
}

function hiddenFields(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('\n')
}

type SignIn = { action: string; hidden?: Record<string, string>; email?: string; isWrong?: boolean }

/** The sign-in page. It posts `email`, `password` and the hidden fields to `action`. */
export function signInPage(brand: Brand, { action, hidden = {}, email = '', isWrong }: SignIn): string {
  const wrong = isWrong ? '<p class="wrong" role="alert">The e-mail or the password is wrong.</p>' : ''
  return page(
    brand,
    'Sign in',
    `<h1>Sign in</h1>
<p>Use your Acme Sales account.</p>
${wrong}
<form method="post" action="${escapeHtml(action)}">
${hiddenFields(hidden)}
<label for="email">E-mail</label>
<input id="email" name="email" type="email" autocomplete="username" required${isWrong ? '' : ' autofocus'} value="${escapeHtml(email)}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${isWrong ? ' autofocus' : ''}>
<div class="row"><button class="main">Sign in</button></div>
</form>`,
  )
}

type Consent = {
  action: string
  hidden?: Record<string, string>
  app: string
  user: { name: string; email: string }
  /** What the app may do, in words. */
  permissions: string[]
}

/** The consent page. It posts `decision` (`allow` or `deny`) and the hidden fields to `action`. */
export function consentPage(brand: Brand, { action, hidden = {}, app, user, permissions }: Consent): string {
  const initials = user.name
    .split(' ')
    .map(word => word[0])
    .join('')
  return page(
    brand,
    `Allow ${app}`,
    `<h1>${escapeHtml(app)} asks for access</h1>
<p>to your ${brand.name} account at Acme Sales</p>
<div class="who"><span aria-hidden="true">${escapeHtml(initials)}</span>
<div>${escapeHtml(user.name)}<small>${escapeHtml(user.email)}</small></div></div>
<ul aria-label="Permissions">
${permissions.map(words => `<li>${tick}<span>${escapeHtml(words)}</span></li>`).join('\n')}
</ul>
<form method="post" action="${escapeHtml(action)}">
${hiddenFields(hidden)}
<div class="row">
<button name="decision" value="deny">Deny</button>
<button class="main" name="decision" value="allow">Allow</button>
</div>
</form>
<small class="fine">You can end this access at any time in the settings of your ${brand.name} account.</small>`,
  )
}

/** A page that says why nothing can be done here. */
export function errorPage(brand: Brand, title: string, text: string): string {
  return page(brand, title, `<h1>${escapeHtml(title)}</h1>\n<p>${escapeHtml(text)}</p>`)
}

/** Headers of these pages. No `form-action`: Chromium applies it to the redirect that follows a form, too. */
export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
}
