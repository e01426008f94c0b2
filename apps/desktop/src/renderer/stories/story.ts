/** One picture of the app: an address, what the host answers, and what is pressed before the picture is taken. */
import type { AppEvent } from '../../shared/app-messages.ts'
import type { Answers } from './answers.ts'

/** `press` is a key as Playwright names it; the others name what is clicked or filled in as a screen reader would. */
export type Step =
  | { readonly press: string }
  | { readonly type: string }
  | { readonly fill: { readonly name: string; readonly text: string } }
  | { readonly choose: { readonly name: string; readonly option: string } }
  | {
      readonly click: {
        readonly role: 'button' | 'radio' | 'row' | 'tab' | 'switch' | 'menuitem' | 'link'
        readonly name: string | RegExp
      }
    }

export interface Story {
  /** `resources/huge`: the screen, and the state it is in. */
  readonly name: string
  /** Where the app is: `/resources`. */
  readonly at: string
  readonly answers: Answers
  readonly events?: readonly AppEvent[]
  /** What is answered otherwise once the events were told. */
  readonly later?: Answers
  readonly steps?: readonly Step[]
  /** Byte counts of connections before the story begins, so that graphs have something to show. */
  readonly past?: readonly {
    readonly secondsAgo: number
    readonly connections: readonly { readonly id: string; readonly bytesUp: number; readonly bytesDown: number }[]
  }[]
}

/** The present of every story, so that pictures stay equal. */
export const STORY_NOW = '2026-11-22T14:05:00.000Z'
