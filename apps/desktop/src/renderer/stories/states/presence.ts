/** Confirming an act of weight in the browser: beside this window, and on another computer. */
import { SallyportError } from '@sallyport/protocol/errors'
import { type Answers, methods, routes, waits } from '../answers.ts'
import { organizationAnswers } from '../directory/answers.ts'
import { idOf } from '../directory/ids.ts'
import { asAdministrator, id } from '../people.ts'
import type { Story } from '../story.ts'

const begun = { id: id(41), url: 'https://sallyport.acme.example/confirm?attempt=example' }
const answers: Answers = {
  ...asAdministrator,
  ...organizationAnswers,
  ...routes({ bindSecret: new SallyportError('presence_required') }),
  ...methods({ beginPresence: begun, awaitPresence: waits, openBrowser: {}, cancelBrowser: {} }),
}
const binding: NonNullable<Story['steps']> = [
  { click: { role: 'button', name: 'Bind again…' } },
  { click: { role: 'button', name: 'Send it there' } },
]
const useCode = [...binding, { click: { role: 'button' as const, name: 'Use a code' } }]

const story = (state: string, more: Partial<Story>): Story => ({
  name: `presence/${state}`,
  at: `/catalogue/${idOf.resource(2)}`,
  answers,
  steps: binding,
  ...more,
})

export const presenceStories: readonly Story[] = [
  story('waiting', {}),
  story('code', { steps: useCode }),
  story('code-wrong', {
    answers: {
      ...answers,
      ...methods({
        giveCode: new SallyportError('browser_code_invalid', { message: 'This is not the whole code that the page shows.' }),
      }),
    },
    steps: [...useCode, { type: 'half' }, { press: 'Enter' }],
  }),
  story('no-browser', { answers: { ...answers, ...methods({ openBrowser: new SallyportError('not_found') }) } }),
]
