/** A host made of data: answers what a story says it answers. */
import { SallyportError } from '@sallyport/protocol/errors'
import type { Bridge } from '../bridge/bridge.ts'
import type { AppEvent } from '../../shared/app-messages.ts'
import type { AppResult } from '../../shared/app-api.ts'
import { type Answers, routesPrefix, waits } from './answers.ts'

/** A question of the page. */
export interface Asked {
  readonly method: string
  readonly params: unknown
}

interface FixtureOptions {
  readonly events?: readonly AppEvent[] | undefined
  /** Told of every question. */
  readonly onAsked?: (asked: Asked) => void
}

export const fixtureBridge = (answers: Answers, { events = [], onAsked }: FixtureOptions = {}): Bridge => ({
  call: async (method, params) => {
    onAsked?.({ method, params })
    const name = method === 'api' ? `${routesPrefix}${(params as { route: string }).route}` : method
    return (await answerOf(answers, name, params)) as AppResult<typeof method>
  },
  subscribe: (listener) => {
    const timers = events.map((event) => setTimeout(() => listener(event), EVENT_DELAY))
    return () => {
      for (const timer of timers) clearTimeout(timer)
    }
  },
})

/** Milliseconds until the story's events are told, so that they meet a screen that is there. */
const EVENT_DELAY = 50

const answerOf = async (answers: Answers, name: string, params: unknown): Promise<unknown> => {
  const answer = answers[name]
  if (answer === undefined) throw new SallyportError('not_found', { message: `The story says nothing about ${name}.` })
  if (answer === waits) return new Promise(() => {})
  if (answer instanceof SallyportError) throw answer
  return typeof answer === 'function' ? (answer as (params: unknown) => unknown)(params) : answer
}
