/** How stories of administrators' screens are made: what everybody sees, and the states that every list has. */
import { SallyportError } from '@sallyport/protocol/errors'
import { type Answers, waits } from '../answers.ts'
import { emptyOrganization, organizationAnswers } from '../directory/answers.ts'
import { longOrganization } from '../directory/extremes.ts'
import { asAdministrator, asUser } from '../people.ts'
import type { Story } from '../story.ts'

const usual: Answers = { ...asAdministrator, ...organizationAnswers }
export const having = (more: Answers): Answers => ({ ...usual, ...more })
export const reader: Answers = {
  ...asUser(
    'users.read',
    'roles.read',
    'grants.read',
    'resources.read',
    'gateways.read',
    'devices.read',
    'sessions.read',
    'settings.read',
  ),
  ...organizationAnswers,
}

export const story = (name: string, at: string, more: Partial<Story> = {}): Story => ({ name, at, answers: usual, ...more })

export const failing = (route: string): Answers => ({ ...usual, [`api:${route}`]: new SallyportError('session_expired') })
export const loading = (route: string): Answers => ({ ...usual, [`api:${route}`]: waits })

/** The five states that every list has. */
export const states = (name: string, { at, route }: { readonly at: string; readonly route: string }): readonly Story[] => [
  story(`${name}/some`, at),
  story(`${name}/reader`, at, { answers: reader }),
  story(`${name}/empty`, at, { answers: having(emptyOrganization) }),
  story(`${name}/loading`, at, { answers: loading(route) }),
  story(`${name}/error`, at, { answers: failing(route) }),
  story(`${name}/long`, at, { answers: having(longOrganization) }),
]

export const button = (name: string) => ({ click: { role: 'button' as const, name } })
