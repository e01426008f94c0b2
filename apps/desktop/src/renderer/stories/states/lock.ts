/** The locked app, and the way back in. */
import { SallyportError } from '@sallyport/protocol/errors'
import { type Answers, methods, waits } from '../answers.ts'
import { hostFacts, id } from '../people.ts'
import type { Step, Story } from '../story.ts'

const locked: Answers = methods({
  host: hostFacts,
  lockState: { locked: true },
  beginUnlock: { id: id(42), url: 'https://sallyport.acme.example/confirm?attempt=example' },
  awaitUnlock: waits,
  openBrowser: {},
  cancelBrowser: {},
})
const press = (name: string): Step => ({ click: { role: 'button', name } })
const unlock = press('Unlock with the browser')

const story = (state: string, steps: readonly Step[] = [], more: Answers = {}): Story => ({
  name: `lock/${state}`,
  at: '/resources',
  answers: { ...locked, ...more },
  steps,
})

export const lockStories: readonly Story[] = [
  story('locked'),
  story('waiting', [unlock]),
  story('code', [unlock, press('Use a code')]),
  story('error', [unlock], methods({ beginUnlock: new SallyportError('api_unreachable') })),
]
