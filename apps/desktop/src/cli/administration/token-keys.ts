import type { TokenKeyState } from '@sallyport/protocol/api'
import type { Command } from '../command.ts'
import { routeCommand } from '../route-command.ts'
import type { Answer } from '../views/answer.ts'
import { table } from '../views/table.ts'
import { localTime } from '../views/time.ts'

const tokenKeyTable = (state: TokenKeyState): Answer =>
  table(state.keys, {
    columns: [
      { heading: 'KEY', value: (row) => row.id },
      { heading: 'ALGORITHM', value: (row) => row.algorithm },
      { heading: 'SIGNS FROM', value: (row) => localTime(row.signsFrom) },
      { heading: 'PUBLISHED UNTIL', value: (row) => localTime(row.retiresAt) },
    ],
    empty: 'There are none yet: they are made when the first store asks who signs.',
    data: state,
  })

export const tokenKeyCommands: readonly Command[] = [
  routeCommand({
    words: 'admin keys tokens',
    route: 'getTokenKeys',
    parameters: {},
    input: () => ({}),
    answer: tokenKeyTable,
  }),
  routeCommand({
    words: 'admin keys rotate-tokens',
    route: 'rotateTokenKeys',
    details: 'This happens by itself every ninety days, and then the new keys are published a day before they sign.',
    parameters: {},
    input: () => ({}),
    answer: tokenKeyTable,
  }),
]
