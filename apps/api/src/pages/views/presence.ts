import type { ActDescription } from '../describe-act.ts'
import { html } from '../markup.ts'
import { page, type PageAnswer } from '../page.ts'
import { errorSummary, field, hidden, startedNote } from './parts.ts'

export interface PresenceView {
  readonly flow: string
  readonly port: number | null
  readonly person: { readonly name: string; readonly email: string }
  /** Name of the computer that asks. */
  readonly device: string
  readonly act: ActDescription | null
  readonly error: string | null
}

const scope = ({ act, device }: PresenceView): string =>
  act?.single === true
    ? 'Your password confirms this, once, and nothing else.'
    : `For five minutes the window of Sallyport that asked may make changes of this kind from ${device}.`

export const presenceView = (view: PresenceView): PageAnswer =>
  page({
    title: 'Confirm that it is you',
    status: view.error === null ? 200 : 422,
    leadsTo: view.port,
    body: html`<h1>Confirm that it is you</h1>
      ${errorSummary(view.error, 'password')}
      <p>${view.person.name}, ${view.person.email}</p>
      <div class="note">
        <h2>${view.act === null ? 'Administrative changes' : view.act.summary}</h2>
        ${
          view.act === null || view.act.facts.length === 0
            ? null
            : html`<dl>
                ${view.act.facts.map(
                  ({ label, text }) =>
                    html`<dt>${label}</dt>
                      <dd>${text}</dd>`,
                )}
              </dl>`
        }
        <p class="muted">${scope(view)}</p>
      </div>
      ${startedNote(view.port)}
      <form method="post">
        ${hidden('flow', view.flow)}
        <input type="hidden" name="username" value="${view.person.email}" autocomplete="username" />
        ${field({ id: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', maxLength: 1024, invalid: view.error !== null })}
        <button type="submit">Confirm</button>
      </form>`,
  })
