/** Somebody from outside who looks at the organization for a time. */
import { type SupportAccess, supportPermissions } from '@sallyport/protocol/api'
import { type Answers, routes } from '../answers.ts'
import { idOf } from '../directory/ids.ts'
import { page } from '../directory/kinds.ts'
import { ada } from '../people.ts'
import type { Story } from '../story.ts'
import { button, failing, having, loading, story } from './administration-story.ts'

const at = '/users/support'

const access = (number: number, part: Partial<SupportAccess>): SupportAccess => ({
  id: idOf.site(80 + number),
  email: 'sam@vendor.example',
  firstName: 'Sam',
  lastName: 'Example',
  reason: 'Ticket 4711: the gateway in Frankfurt joins and leaves again',
  permissions: [...supportPermissions],
  openedAt: '2026-11-22T13:00:00.000Z',
  openedBy: ada.id,
  endsAt: '2026-11-22T17:00:00.000Z',
  endedAt: null,
  endedBy: null,
  lastSignInAt: '2026-11-22T13:12:00.000Z',
  ...part,
})

const some = [
  access(1, {}),
  access(2, { firstName: 'Kim', lastName: 'Other', email: 'kim@vendor.example', reason: 'Ticket 4690', lastSignInAt: null }),
  access(3, {
    reason: 'Ticket 4502: slow queries',
    permissions: [...supportPermissions, 'activity.read'],
    openedAt: '2026-10-02T09:00:00.000Z',
    endsAt: '2026-10-03T09:00:00.000Z',
    endedAt: '2026-10-02T10:30:00.000Z',
    endedBy: idOf.user(2),
    lastSignInAt: '2026-10-02T09:08:00.000Z',
  }),
]

const being = (items: readonly SupportAccess[]): Answers => having(routes({ listSupportAccess: page(items) }))
const usual = being(some)

export const supportStories: readonly Story[] = [
  story('support/some', at, { answers: usual }),
  story('support/empty', at, { answers: being([]) }),
  story('support/loading', at, { answers: loading('listSupportAccess') }),
  story('support/error', at, { answers: failing('listSupportAccess') }),
  story('support/long', at, {
    answers: being([access(1, { firstName: 'Maximiliane '.repeat(6).trim(), reason: 'a very long reason '.repeat(20) })]),
  }),
  story('support/panel', `${at}/${idOf.site(81)}`, { answers: usual }),
  story('support/ended', `${at}/${idOf.site(83)}`, { answers: usual }),
  story('support/open', at, { answers: usual, steps: [button('Open support access')] }),
  story('support/open-refused', at, {
    answers: usual,
    steps: [button('Open support access'), { type: 'sam' }, button('Open support access')],
  }),
  story('support/end', `${at}/${idOf.site(81)}`, { answers: usual, steps: [button('End…')] }),
]
