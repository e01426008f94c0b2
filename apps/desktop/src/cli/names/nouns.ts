/** The kinds of things that have names, and where their names come from. */
import type { ResponseOf, RouteOf } from '@sallyport/protocol/api'
import type { Directory } from './directory.ts'

/** Routes that answer pages. */
export type ListRoute =
  | 'listUsers'
  | 'listRoles'
  | 'listGrants'
  | 'listSites'
  | 'listStores'
  | 'listResources'
  | 'listCredentials'
  | 'listGateways'
  | 'listDevices'
  | 'listSessions'
  | 'listLeases'
  | 'listAuditEntries'
  | 'listActivity'
  | 'listMyActivity'
  | 'listConnections'
  | 'listAlerts'
  | 'listRequestableCredentials'
  | 'listMyAccessRequests'
  | 'listApprovals'
  | 'listReviews'
  | 'listAccessRequests'
  | 'listAccessRules'
  | 'listErasures'
  | 'listRecordings'
  | 'listServiceAccounts'
  | 'listSupportAccess'
export type ItemOf<Name extends ListRoute> = ResponseOf<RouteOf<Name>>['items'][number]

/** One thing as it may be named. */
export interface Named {
  readonly id: string
  readonly name: string
  /** Tells it from others of the same name. */
  readonly about: string
}

export interface Noun {
  readonly label: string
  /** The command that shows what there is. */
  readonly listedBy: string
  load(directory: Directory): Promise<readonly Named[]>
}

/** Routes whose items have ids and names. */
type NamedRoute = Exclude<
  ListRoute,
  | 'listAuditEntries'
  | 'listActivity'
  | 'listMyActivity'
  | 'listRequestableCredentials'
  | 'listApprovals'
  | 'listReviews'
  | 'listErasures'
  | 'listRecordings'
>

const noun = <Name extends NamedRoute>(
  route: Name,
  text: { readonly label: string; readonly listedBy: string },
  describe: (item: ItemOf<Name>) => { readonly name: string; readonly about?: string },
): Noun => ({
  ...text,
  load: async (directory) =>
    (await directory.items(route)).map((item: ItemOf<Name> & { readonly id: string }) => {
      const { name, about = '' } = describe(item)
      return { id: item.id, name, about }
    }),
})

export const nouns = {
  user: noun('listUsers', { label: 'user', listedBy: 'admin users list' }, (user) => ({ name: user.email })),
  role: noun('listRoles', { label: 'role', listedBy: 'admin roles list' }, (role) => ({ name: role.name })),
  site: noun('listSites', { label: 'site', listedBy: 'admin sites list' }, (site) => ({ name: site.name })),
  resource: noun('listResources', { label: 'resource', listedBy: 'admin resources list' }, (resource) => ({
    name: resource.name,
  })),
  store: noun('listStores', { label: 'store', listedBy: 'admin stores list' }, (store) => ({ name: store.name })),
  gateway: noun('listGateways', { label: 'gateway', listedBy: 'admin gateways list' }, (gateway) => ({
    name: gateway.name,
    about: `${gateway.kind}, ${gateway.status}`,
  })),
  device: noun('listDevices', { label: 'device', listedBy: 'admin devices list' }, (device) => ({
    name: device.facts.name,
    about: `${device.facts.platform}, ${device.status}, enrolled ${device.enrolledAt}`,
  })),
  session: noun('listSessions', { label: 'session', listedBy: 'admin sessions list' }, (session) => ({ name: session.label })),
  serviceAccount: noun(
    'listServiceAccounts',
    { label: 'service account', listedBy: 'admin service-accounts list' },
    (account) => ({ name: account.name, about: `${account.status}, made ${account.createdAt}` }),
  ),
  supportAccess: {
    label: 'support access',
    listedBy: 'admin support list',
    // Whoever had it before may have it again: an address names the one that is open.
    load: async (directory) =>
      (await directory.items('listSupportAccess'))
        .filter(({ endedAt }) => endedAt === null)
        .map(({ id, email, endsAt }) => ({ id, name: email, about: `until ${endsAt}` })),
  },
  rule: noun('listAccessRules', { label: 'rule', listedBy: 'admin rules list' }, (rule) => ({ name: rule.name })),
  credential: {
    label: 'credential',
    listedBy: 'admin credentials list',
    load: async (directory) => {
      const resources = new Map((await directory.items('listResources')).map((resource) => [resource.id, resource.name]))
      return (await directory.items('listCredentials')).map(({ id, name, resource, userName }) => ({
        id,
        name: `${resources.get(resource) ?? resource}/${name}`,
        about: userName,
      }))
    },
  },
} as const satisfies Readonly<Record<string, Noun>>
export type NounName = keyof typeof nouns
