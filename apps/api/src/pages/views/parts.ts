/** Parts that several pages have. */
import type { DeviceFacts } from '../../domains/devices/index.ts'
import { html, type Markup } from '../markup.ts'

const systems: Readonly<Record<DeviceFacts['platform'], string>> = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }

export const systemOf = ({ platform, osVersion }: DeviceFacts): string => `${systems[platform]} ${osVersion}`.trim()

/** Which computer asks, so that a person sees whether it is the one before them. */
export const deviceNote = (heading: string, facts: DeviceFacts): Markup =>
  html`<div class="note">
    <h2>${heading}</h2>
    <dl>
      <dt>Name</dt>
      <dd>${facts.name}</dd>
      <dt>System</dt>
      <dd>${systemOf(facts)}</dd>
    </dl>
  </div>`

/** What a person makes sure of before they go on. `port`: of the program that waits beside the browser; null: it is elsewhere. */
export const startedNote = (port: number | null): Markup =>
  port === null
    ? html`<p class="warn">
        This is for a program on another computer, to which you will bring a code. Go on only if you started it there yourself.
      </p>`
    : html`<p class="muted">Go on only if you just started this in Sallyport on this computer.</p>`

/** `field`: id of where it went wrong. */
export const errorSummary = (text: string | null, field: string): Markup | null =>
  text === null
    ? null
    : html`<div class="error" role="alert">
        <p><a href="#${field}">${text}</a></p>
      </div>`

export interface Field {
  readonly id: string
  readonly label: string
  readonly type: 'text' | 'email' | 'password'
  readonly autocomplete: string
  readonly value?: string
  readonly hint?: string
  readonly invalid?: boolean
  readonly maxLength?: number
  readonly minLength?: number
  readonly optional?: boolean
}

export const field = (given: Field): Markup =>
  html`<div class="field">
    <label for="${given.id}">${given.label}</label>
    <input
      id="${given.id}"
      name="${given.id}"
      type="${given.type}"
      autocomplete="${given.autocomplete}"
      value="${given.value ?? ''}"
      ${given.maxLength === undefined ? null : html`maxlength="${given.maxLength}"`}
      ${given.minLength === undefined ? null : html`minlength="${given.minLength}"`}
      ${given.hint === undefined ? null : html`aria-describedby="${given.id}-hint"`}
      ${given.invalid ? html`aria-invalid="true"` : null}
      ${given.optional ? null : html`required`}
      spellcheck="false"
      autocapitalize="none"
    />
    ${given.hint === undefined ? null : html`<p class="hint" id="${given.id}-hint">${given.hint}</p>`}
  </div>`

export const hidden = (name: string, value: string): Markup => html`<input type="hidden" name="${name}" value="${value}" />`
