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
  /** What is answered otherwise from the events on. */
  readonly later?: Answers | undefined
  /** Told of every question. */
  readonly onAsked?: (asked: Asked) => void
}

/** `tellEvents`: once there is a screen for them to meet. */
export const fixtureBridge = (first: Answers, { events = [], later, onAsked }: FixtureOptions = {}) => {
  const listeners = new Set<(event: AppEvent) => void>()
  let answers = first
  const bridge: Bridge = {
    call: async (method, params) => {
      onAsked?.({ method, params })
      const name = method === 'api' ? `${routesPrefix}${(params as { route: string }).route}` : method
      return (await answerOf(answers, name, params)) as AppResult<typeof method>
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const tellEvents = (): void => {
    answers = { ...first, ...later }
    for (const event of events) for (const listener of listeners) listener(event)
  }
  return { bridge, tellEvents }
}

const answerOf = async (answers: Answers, name: string, params: unknown): Promise<unknown> => {
  const answer = answers[name]
  if (answer === undefined) throw new SallyportError('not_found', { message: `The story says nothing about ${name}.` })
  if (answer === waits) return new Promise(() => {})
  if (answer instanceof SallyportError) throw answer
  return typeof answer === 'function' ? (answer as (params: unknown) => unknown)(params) : answer
}
