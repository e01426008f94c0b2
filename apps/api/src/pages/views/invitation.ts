import type { DeviceFacts } from '../../domains/devices/index.ts'
import { html } from '../markup.ts'
import { page, type PageAnswer } from '../page.ts'
import { deviceNote, errorSummary, field, hidden } from './parts.ts'

/** Length is what counts (NIST SP 800-63B §3.1.1.2). */
export const SHORTEST_PASSWORD = 12

export interface InvitationView {
  readonly organization: string
  readonly flow: string
  readonly port: number | null
  readonly facts: DeviceFacts
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly error: { readonly text: string; readonly field: string } | null
}

export const invitationView = ({
  organization,
  flow,
  port,
  facts,
  email,
  firstName,
  lastName,
  error,
}: InvitationView): PageAnswer =>
  page({
    title: `Join ${organization}`,
    status: error === null ? 200 : 422,
    leadsTo: port,
    body: html`<h1>Join ${organization}</h1>
      ${error === null ? null : errorSummary(error.text, error.field)}
      <p>You are invited as <strong>${email}</strong>. Choose a password of your own.</p>
      ${deviceNote('This computer will be signed in', facts)}
      <form method="post">
        ${hidden('flow', flow)}
        ${field({ id: 'firstName', label: 'First name', type: 'text', autocomplete: 'given-name', value: firstName, maxLength: 120, invalid: error?.field === 'firstName' })}
        ${field({ id: 'lastName', label: 'Last name', type: 'text', autocomplete: 'family-name', value: lastName, maxLength: 120, invalid: error?.field === 'lastName' })}
        <input type="hidden" name="username" value="${email}" autocomplete="username" />
        ${field({
          id: 'password',
          label: 'New password',
          type: 'password',
          autocomplete: 'new-password',
          minLength: SHORTEST_PASSWORD,
          maxLength: 1024,
          hint: `At least ${SHORTEST_PASSWORD} characters. Several words are easy to remember and hard to guess.`,
          invalid: error?.field === 'password',
        })}
        ${field({ id: 'repeated', label: 'New password, again', type: 'password', autocomplete: 'new-password', maxLength: 1024, invalid: error?.field === 'repeated' })}
        <button type="submit">Join</button>
      </form>`,
  })
