import type { DeviceFacts } from '../../domains/devices/index.ts'
import type { DeviceChoice } from '../../domains/sign-in/index.ts'
import { html, type Markup } from '../markup.ts'
import { page, type PageAnswer } from '../page.ts'
import { deviceNote, errorSummary, field, hidden, systemOf } from './parts.ts'

export interface ChooseDeviceView {
  readonly organization: string
  readonly slug: string
  readonly flow: string
  readonly step: string
  readonly port: number | null
  readonly facts: DeviceFacts
  readonly choice: DeviceChoice
  readonly error: string | null
}

const seen = (at: Date | null): string => (at === null ? 'never used' : `last used on ${at.toISOString().slice(0, 10)}`)

const options = ({ replaceable, waits }: DeviceChoice): Markup =>
  html`<fieldset>
      <legend>Is this another computer, or does it take the place of one?</legend>
      <label class="choice"
        ><input type="radio" name="replaces" value="" checked />
        <span>Another computer${waits ? ', which an administrator must approve' : ''}</span></label
      >
      ${replaceable.map(
        ({ id, facts, lastSeenAt }) =>
          html`<label class="choice"
            ><input type="radio" name="replaces" value="${id}" />
            <span
              >It takes the place of <strong>${facts.name}</strong> (${systemOf(facts)}, ${seen(lastSeenAt)}), which is lost or
              was set up anew</span
            ></label
          >`,
      )}
    </fieldset>
    ${
      replaceable.length > 0
        ? html`<p class="hint">
              The computer whose place is taken is signed out at once and for good. An administrator must approve the new one.
            </p>
            <p></p>`
        : null
    }`

export const chooseDeviceView = (view: ChooseDeviceView): PageAnswer =>
  page({
    title: 'This computer is new',
    status: view.error === null ? 200 : 422,
    leadsTo: view.port,
    body: html`<h1>This computer is new here</h1>
      ${errorSummary(view.error, 'recoveryCode')} ${deviceNote(`It asks to act for you in ${view.organization}`, view.facts)}
      <form method="post" action="/${view.slug}/sign-in/device">
        ${hidden('flow', view.flow)} ${hidden('step', view.step)}
        ${view.choice.replaceable.length > 0 ? options(view.choice) : html`<p>An administrator must approve it before you can sign in.</p>`}
        ${
          view.choice.recoverable
            ? field({
                id: 'recoveryCode',
                label: 'Recovery code (optional)',
                type: 'text',
                autocomplete: 'off',
                optional: true,
                maxLength: 64,
                hint: 'Nobody there who could approve? One of your printed codes lets this computer in at once. Each works once.',
                invalid: view.error !== null,
              })
            : null
        }
        <button type="submit">Continue</button>
      </form>`,
  })
