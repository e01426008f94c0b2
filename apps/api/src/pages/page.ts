/** What every page is made of, and what the browser is told about it. */
import type { CodeDelivery } from '../domains/browser-flows/index.ts'
import { html, type Markup } from './markup.ts'

/** What a page's handler answers. */
export type PageAnswer =
  | {
      readonly kind: 'page'
      readonly status: number
      readonly markup: Markup
      /** To this loopback port the form's answer may lead; null: nowhere but here. */
      readonly leadsTo: number | null
      readonly script: boolean
    }
  /** Always with `See other`: what was typed is not sent on. */
  | { readonly kind: 'redirect'; readonly to: string }

export interface PageDraft {
  readonly title: string
  readonly body: Markup
  readonly status?: number
  readonly leadsTo?: number | null
  /** The page has the script of this address. */
  readonly script?: string
}

const mark = html`<svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2">
  <path d="M4 21V8a8 8 0 0 1 16 0v13M9 21V9a3 3 0 0 1 6 0v12M2 21h20" stroke-linecap="round" stroke-linejoin="round" />
</svg>`

export const page = ({ title, body, status = 200, leadsTo, script }: PageDraft): PageAnswer => ({
  kind: 'page',
  status,
  leadsTo: leadsTo ?? null,
  script: script !== undefined,
  markup: html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} – Sallyport</title>
        <link rel="stylesheet" href="/assets/pages.css" />
        ${script === undefined ? null : html`<script src="${script}" defer></script>`}
      </head>
      <body>
        <main>
          <p class="brand">${mark} Sallyport</p>
          <div class="card">${body}</div>
        </main>
      </body>
    </html> `,
})

/** A form's answer may lead to the program that waits on this computer, and to nowhere else: browsers ask `form-action` about that. */
export const contentSecurityPolicy = ({
  leadsTo,
  script,
}: {
  readonly leadsTo: number | null
  readonly script: boolean
}): string =>
  [
    `default-src 'none'`,
    `style-src 'self'`,
    ...(script ? [`script-src 'self'`] : []),
    `form-action 'self'${leadsTo === null ? '' : ` http://127.0.0.1:${leadsTo}`}`,
    `frame-ancestors 'none'`,
    `base-uri 'none'`,
  ].join('; ')

/** The browser goes on to the program that waits beside it, or the person is shown the code for one on another computer. */
export const codeAnswer = (delivery: CodeDelivery): PageAnswer =>
  'to' in delivery
    ? { kind: 'redirect', to: delivery.to }
    : page({
        title: 'Your code',
        body: html`<h1>One step is left</h1>
          <p>Copy this code, and paste it where you began, in Sallyport. It works once, there only, for five minutes.</p>
          <p><output class="code" aria-label="Your code">${delivery.shown}</output></p>
          <p class="warn">Give it to nobody: whoever asks you for it wants to be let in in your name.</p>`,
      })

/** A page that only says something. */
export const messagePage = (title: string, text: string, status: number): PageAnswer =>
  page({
    title,
    status,
    body: html`<h1>${title}</h1>
      <p>${text}</p>`,
  })

export const overPage = (): PageAnswer =>
  messagePage('This page is over', 'It was used already, or too much time has passed. Go back to Sallyport and start again.', 410)
