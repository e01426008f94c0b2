import type { DeviceFacts } from '../../domains/devices/index.ts'
import { html } from '../markup.ts'
import { page, type PageAnswer } from '../page.ts'
import { deviceNote, errorSummary, field, hidden, startedNote } from './parts.ts'

export interface SignInView {
  readonly organization: string
  readonly flow: string
  /** null: the code is shown. */
  readonly port: number | null
  readonly facts: DeviceFacts
  readonly email: string
  readonly error: string | null
}

export const signInView = ({ organization, flow, port, facts, email, error }: SignInView): PageAnswer =>
  page({
    title: `Sign in to ${organization}`,
    status: error === null ? 200 : 422,
    leadsTo: port,
    body: html`<h1>Sign in to ${organization}</h1>
      ${errorSummary(error, 'email')} ${deviceNote('This computer will be signed in', facts)} ${startedNote(port)}
      <form method="post">
        ${hidden('flow', flow)}
        ${field({ id: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username', value: email, maxLength: 254, invalid: error !== null })}
        ${field({ id: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', maxLength: 1024, invalid: error !== null })}
        <button type="submit">Sign in</button>
      </form>`,
  })
