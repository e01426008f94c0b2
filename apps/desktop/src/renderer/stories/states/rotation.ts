/** When and how a password is rotated. */
import type { CredentialRotation } from '@sallyport/protocol/api'
import { SallyportError } from '@sallyport/protocol/errors'
import { type Answers, routes, waits } from '../answers.ts'
import { idOf } from '../directory/ids.ts'
import type { Story } from '../story.ts'
import { button, having, reader, story } from './administration-story.ts'

const rotation: CredentialRotation = {
  credential: idOf.credential(1),
  every: 30 * 86_400,
  afterSession: false,
  checkAfterSession: true,
  second: null,
  dueAt: '2026-12-20T09:00:00.000Z',
  rotatedAt: '2026-11-20T09:00:04.000Z',
  failures: 0,
  last: {
    id: idOf.site(80),
    state: 'done',
    reason: 'schedule',
    userName: 'app_ro',
    startedAt: '2026-11-20T09:00:00.000Z',
    finishedAt: '2026-11-20T09:00:04.000Z',
    code: null,
    message: null,
  },
}

const being = (change: Partial<CredentialRotation>): Answers => having(routes({ getRotation: { ...rotation, ...change } }))
const at = `/catalogue/${idOf.resource(1)}`
const steps: NonNullable<Story['steps']> = [
  button('More actions for read-only'),
  { click: { role: 'menuitem', name: 'Rotation…' } },
]

export const rotationStories: readonly Story[] = [
  story('rotation/some', at, { answers: being({}), steps }),
  story('rotation/reader', at, { answers: { ...reader, ...routes({ getRotation: rotation }) }, steps }),
  story('rotation/empty', at, {
    answers: being({ every: null, checkAfterSession: false, dueAt: null, rotatedAt: null, last: null }),
    steps,
  }),
  story('rotation/loading', at, { answers: having(routes({ getRotation: waits })), steps }),
  story('rotation/error', at, { answers: having(routes({ getRotation: new SallyportError('api_unreachable') })), steps }),
  story('rotation/failed', at, {
    answers: being({
      second: { userName: 'app_ro_b', secret: idOf.site(81) },
      failures: 3,
      last: {
        ...rotation.last!,
        state: 'failed',
        reason: 'retry',
        code: 'resource_rejected_credential',
        message: 'The resource refused the new password: password does not meet the policy.',
      },
    }),
    steps,
  }),
  story('rotation/second', at, {
    answers: being({}),
    steps: [...steps, { click: { role: 'radio', name: 'Two that alternate' } }],
  }),
]
