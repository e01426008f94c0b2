import type { ResponseOf, RouteOf } from '@sallyport/protocol/api'
import { option, type Reader } from '../parameters/parameter.ts'
import { invalid } from '../parameters/invalid.ts'
import { choice, wholeNumber } from '../parameters/readers.ts'
import { duration } from '../parameters/time.ts'
import { given, routeCommand } from '../route-command.ts'
import type { Answer } from '../views/answer.ts'
import { fields } from '../views/fields.ts'
import { roughly } from '../views/time.ts'

const settingsFields = (organization: ResponseOf<RouteOf<'getSettings'>>): Answer => {
  const { settings } = organization
  return fields(organization, [
    ['Organization', `${organization.name} (${organization.slug})`],
    ['Trust domain', organization.trustDomain],
    ['Sessions end after', roughly(settings.sessionLifetime)],
    ['Idle sessions end after', roughly(settings.sessionIdleLimit)],
    ['Leases last', roughly(settings.leaseLifetime)],
    ['New devices', settings.newDevices === 'allow' ? 'may sign in' : 'wait for approval'],
    ['Ports of credentials', `${settings.ports.first}–${settings.ports.last}`],
    ['Activity is kept', `${settings.activityRetentionDays} d`],
  ])
}

/** `10000-19999`. */
const portRange: Reader<{ first: number; last: number }> = {
  read: (typed) => {
    const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(typed) ?? []
    if (first === undefined || Number(last) > 65_535 || Number(first) > Number(last))
      throw invalid(`“${typed}” is not a range of ports, such as 10000-19999.`)
    return { first: Number(first), last: Number(last) }
  },
}

export const settingsCommands = [
  routeCommand({
    words: 'admin settings show',
    route: 'getSettings',
    parameters: {},
    input: () => ({}),
    answer: settingsFields,
  }),
  routeCommand({
    words: 'admin settings change',
    route: 'changeSettings',
    parameters: {
      sessionLifetime: option('session-lifetime <duration>', 'sessions end after this: 12h', duration),
      sessionIdleLimit: option('session-idle-limit <duration>', 'sessions without use end after this: 1h', duration),
      leaseLifetime: option('lease-lifetime <duration>', 'leases last this long unless renewed: 5m', duration),
      newDevices: option(
        'new-devices <rule>',
        'allow: they may sign in; approve: somebody must approve them',
        choice(['allow', 'approve']),
      ),
      ports: option('ports <first-last>', 'ports that new credentials are given', portRange),
      activityRetentionDays: option('activity-retention-days <days>', 'how long activity is kept', wholeNumber(1, 3650)),
    },
    input: (values) => {
      const body = given(values)
      if (Object.keys(body).length === 0) throw invalid('Say what to change. See: sallyport admin settings change --help')
      return { body }
    },
    answer: settingsFields,
  }),
]
