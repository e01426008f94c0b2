/** The files beside the pages: one style sheet, and the script of the one page that has any. */
import { readFileSync } from 'node:fs'

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
      told.textContent = 'Press Ctrl+C or ⌘C to copy.'
    }
  })
}
`

export interface Asset {
  readonly type: string
  readonly text: string
}

/** By their addresses. */
export const assets: Readonly<Record<string, Asset>> = {
  '/assets/pages.css': {
    type: 'text/css; charset=utf-8',
    text: readFileSync(new URL('pages.css', import.meta.url), 'utf8'),
  },
  '/assets/invitation.js': { type: 'text/javascript; charset=utf-8', text: invitationScript },
}
