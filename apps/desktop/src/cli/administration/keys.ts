import type { KeyState } from '@sallyport/protocol/api'
import type { Command } from '../command.ts'
import { routeCommand } from '../route-command.ts'
import type { Answer } from '../views/answer.ts'
import { fields } from '../views/fields.ts'

const keyFields = (state: KeyState): Answer =>
  fields(state, [
    ['Root key', `${state.root.driver}: ${state.root.key}`],
    ['Kept as', state.root.protection],
    ['Wrapped', `${state.wrapped.newest} keys under its newest version, ${state.wrapped.older} under older ones`],
    ...state.vaultKeys.map(({ id, createdAt, retiresAt }): [string, string] => [
      'Vault key',
      `${id}, made ${createdAt}${retiresAt === null ? '' : `, opens until ${retiresAt}`}`,
    ]),
  ])

export const keyCommands: readonly Command[] = [
  routeCommand({ words: 'admin keys list', route: 'getKeys', parameters: {}, input: () => ({}), answer: keyFields }),
  routeCommand({
    words: 'admin keys rewrap',
    route: 'rewrapKeys',
    details: 'This happens by itself within minutes of a rotation in the key management service.',
    parameters: {},
    input: () => ({}),
    answer: keyFields,
  }),
  routeCommand({
    words: 'admin keys rotate',
    route: 'rotateVaultKey',
    details: 'This happens by itself every ninety days. The key before opens what was sealed to it for seven more days.',
    parameters: {},
    input: () => ({}),
    answer: keyFields,
  }),
]
