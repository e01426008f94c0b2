/** The files beside the pages: one style sheet, and the script of the one page that has any. */

const style = `
:root {
  color-scheme: light dark;
  --background: #fbfbfc; --panel: #ffffff; --sunken: #f3f4f6; --line: #e3e5e8; --control: #868c98;
  --text: #16181d; --muted: #5c626d; --accent: #2f5bd7; --on-accent: #ffffff; --link: #2549b5;
  --bad: #b42318; --bad-soft: #fdecea; --warn: #855600; --warn-soft: #fff4dc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --background: #131417; --panel: #1a1c20; --sunken: #0f1012; --line: #2c2f35; --control: #747b88;
    --text: #eceef1; --muted: #a0a7b3; --accent: #8fabff; --on-accent: #10131a; --link: #a9beff;
    --bad: #ff8b7e; --bad-soft: #3d1d1a; --warn: #f2b84b; --warn-soft: #3a2c10;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px 16px;
  background: var(--background); color: var(--text);
  font: 14px/21px "Inter Variable", Inter, system-ui, -apple-system, "Segoe UI", sans-serif;
}
main { width: 100%; max-width: 420px; }
.brand { display: flex; align-items: center; gap: 8px; margin: 0 0 16px; color: var(--muted); font-weight: 600; }
.brand svg { width: 20px; height: 20px; color: var(--accent); }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 24px; }
h1 { margin: 0 0 8px; font-size: 20px; line-height: 26px; font-weight: 600; }
h2 { margin: 0 0 4px; font-size: 14px; line-height: 20px; font-weight: 600; }
p { margin: 0 0 16px; overflow-wrap: anywhere; }
p:last-child { margin-bottom: 0; }
a { color: var(--link); }
.muted { color: var(--muted); }
.note { background: var(--sunken); border-radius: 6px; padding: 12px; margin: 0 0 16px; }
.note dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 12px; margin: 0; }
.note dt { color: var(--muted); }
.note dd { margin: 0; overflow-wrap: anywhere; }
.note dl + p, .note p + dl { margin-top: 8px; }
.error { background: var(--bad-soft); color: var(--bad); border-radius: 6px; padding: 12px; margin: 0 0 16px; }
.error p { margin: 0; }
.warn { background: var(--warn-soft); color: var(--warn); border-radius: 6px; padding: 12px; margin: 0 0 16px; }
.field { margin: 0 0 16px; }
label, legend { display: block; margin: 0 0 4px; font-weight: 600; font-size: 13px; }
fieldset { border: 0; margin: 0 0 16px; padding: 0; }
.choice { display: flex; gap: 8px; align-items: flex-start; padding: 8px 0; font-weight: 400; margin: 0; }
.choice input { margin: 3px 0 0; accent-color: var(--accent); }
.hint { color: var(--muted); font-size: 13px; line-height: 18px; margin: 4px 0 0; }
input:not([type=radio]), textarea {
  width: 100%; min-height: 36px; padding: 7px 10px; border: 1px solid var(--control); border-radius: 6px;
  background: var(--panel); color: var(--text); font: inherit;
}
textarea { min-height: 120px; font: 12px/18px "JetBrains Mono Variable", ui-monospace, Menlo, Consolas, monospace; resize: vertical; }
[aria-invalid=true] { border-color: var(--bad); }
button {
  width: 100%; min-height: 36px; border: 0; border-radius: 6px; background: var(--accent); color: var(--on-accent);
  font: inherit; font-weight: 600; cursor: pointer;
}
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code { font: 12px/18px "JetBrains Mono Variable", ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
ol { margin: 0 0 16px; padding-left: 20px; }
li { margin: 0 0 8px; }
[hidden] { display: none; }
@media (forced-colors: active) { .card, button { border: 1px solid; } }
`

/** The invitation is in the fragment: it comes to this script and, by its user's hand, to Sallyport, and nowhere else. */
const invitationScript = `'use strict'
const text = location.hash.slice(1)
const field = document.getElementById('invitation')
const known = /^sallyport-invitation-[A-Za-z0-9_-]{1,4096}$/.test(text)
document.getElementById('present').hidden = !known
document.getElementById('missing').hidden = known
if (known) {
  field.value = text
  history.replaceState(null, '', location.pathname)
  document.getElementById('copy').addEventListener('click', async () => {
    const told = document.getElementById('told')
    try {
      await navigator.clipboard.writeText(text)
      told.textContent = 'Copied.'
    } catch {
      field.focus()
      field.select()
      told.textContent = 'Press Ctrl+C or \\u2318C to copy.'
    }
  })
}
`

export interface Asset {
  readonly type: string
  readonly text: string
}

export const assets: Readonly<Record<string, Asset>> = {
  '/assets/pages.css': { type: 'text/css; charset=utf-8', text: style },
  '/assets/invitation.js': { type: 'text/javascript; charset=utf-8', text: invitationScript },
}
