import { SallyportError } from '@sallyport/protocol/errors'
import type { Alert } from '../../data/open-alerts.ts'
import { alertId, endedAlert, exposedAlert, manyAlerts, seenAlerts, someAlerts, supportAlert } from '../alerts.ts'
import { type Answers, routes, waits } from '../answers.ts'
import { organizationAnswers } from '../directory/answers.ts'
import { asAdministrator, asUser } from '../people.ts'
import type { Story } from '../story.ts'

const frame: Answers = { ...asAdministrator, ...organizationAnswers }

const having = (open: readonly Alert[]): Answers => ({
  ...frame,
  ...routes({
    listAlerts: ({ input }) => ({ items: input.query?.state === 'acknowledged' ? [...seenAlerts] : [...open], next: null }),
  }),
})

const story = (state: string, answers: Answers, more: Partial<Story> = {}): Story => ({
  name: `alerts/${state}`,
  at: '/alerts',
  answers,
  ...more,
})

const long = someAlerts.map((alert) => ({ ...alert, message: `${alert.message} `.repeat(5).trim().slice(0, 500) }))

export const alertsStories: readonly Story[] = [
  story('some', having(someAlerts)),
  story('panel', having(someAlerts), { at: `/alerts/${alertId(1)}` }),
  story('seen', having(someAlerts), { steps: [{ click: { role: 'radio', name: 'Seen' } }] }),
  story('over', having(someAlerts), { at: `/alerts/${endedAlert.id}`, steps: [{ click: { role: 'radio', name: 'Seen' } }] }),
  story('exposed', having([exposedAlert]), { at: `/alerts/${exposedAlert.id}` }),
  story('support', having([supportAlert]), { at: `/alerts/${supportAlert.id}` }),
  story('reader', { ...having(someAlerts), ...asUser('audit.read') }, { at: `/alerts/${alertId(2)}` }),
  story('empty', having([])),
  story('loading', { ...frame, ...routes({ listAlerts: waits }) }),
  story('error', { ...frame, ...routes({ listAlerts: new SallyportError('session_expired') }) }),
  story('long', having(long), { at: `/alerts/${alertId(1)}` }),
  story('huge', having(manyAlerts(2000))),
]
