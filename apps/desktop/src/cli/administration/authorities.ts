import type { Authorities } from '@sallyport/protocol/api'
import type { Command } from '../command.ts'
import { flag, option } from '../parameters/parameter.ts'
import { invalid } from '../parameters/invalid.ts'
import { wholeNumber } from '../parameters/readers.ts'
import { routeCommand } from '../route-command.ts'
import type { Answer } from '../views/answer.ts'
import { table } from '../views/table.ts'
import { localTime } from '../views/time.ts'

const view = (data: Authorities): Answer =>
  table(data.authorities, {
    data,
    columns: [
      { heading: 'KIND', value: ({ kind }) => kind },
      { heading: 'SIGNS FROM', value: ({ signsFrom }) => localTime(signsFrom) },
      { heading: 'ACCEPTED UNTIL', value: ({ retiresAt, expiresAt }) => localTime(retiresAt ?? expiresAt) },
      { heading: 'FINGERPRINT', value: ({ fingerprint }) => fingerprint, flexible: true },
    ],
    empty: 'There is none yet: the first is made when somebody is invited.',
  })

export const authorityCommands: readonly Command[] = [
  routeCommand({ words: 'admin authority list', route: 'getAuthorities', parameters: {}, input: () => ({}), answer: view }),
  routeCommand({
    words: 'admin authority rotate',
    route: 'rotateAuthority',
    details:
      'This happens by itself, twice a year. Open connections go on; what the issuer before signed is accepted until it ends, a day at most.',
    parameters: {
      root: flag('root', 'makes a new root, too; who knows only the one before finds it by that'),
      deployment: flag('deployment', 'makes a new root of the API’s own servers instead'),
      announce: option(
        'announce <seconds>',
        'for how long gateways and agents are told of the new issuer before it signs; 120 unless given',
        wholeNumber(1, 3600),
      ),
    },
    examples: ['sallyport admin authority rotate --root', 'sallyport admin authority rotate --deployment'],
    input: ({ root, deployment, announce }) => {
      if (deployment && (root || announce !== undefined)) throw invalid('--deployment goes alone.')
      return {
        body: {
          what: deployment ? ('deployment' as const) : root ? ('root' as const) : ('issuer' as const),
          ...(announce === undefined ? {} : { announceFor: announce }),
        },
      }
    },
    answer: view,
  }),
]
