import type { KeyState } from '@sallyport/protocol/api'
import type { Command } from '../command.ts'
import { routeCommand } from '../route-command.ts'
import type { Answer } from '../views/answer.ts'
import { fields } from '../views/fields.ts'

const progressOf = ({ startedAt, finishedAt, left }: NonNullable<KeyState['dataKeys']>): string =>
  finishedAt === null ? `being made anew since ${startedAt}, ${left} left` : `made anew, ${finishedAt}`

const keyFields = (state: KeyState): Answer =>
  fields(state, [
    ['Root key', `${state.root.driver}: ${state.root.key}`],
    ['Kept as', state.root.protection],
    ['Wrapped', `${state.wrapped.newest} keys under its newest version, ${state.wrapped.older} under older ones`],
    ...(state.wrapped.unopened === 0
      ? []
      : [['Not opening', `${state.wrapped.unopened} keys; see the alerts`] as [string, string]]),
    ...(state.dataKeys === null ? [] : [['Data keys', progressOf(state.dataKeys)] as [string, string]]),
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
    words: 'admin keys rotate-data',
    route: 'rotateDataKeys',
    details: 'This happens by itself every year. It goes on in the background; admin keys list says how far it is.',
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
