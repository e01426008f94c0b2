/**
 * Names for the ids that records hold. Whoever may read the lists of users, resources, gateways and devices has their names;
 * everybody knows what they may reach themselves. What is unknown, or gone, is told by the end of its id.
 */
import { useEffect, useMemo } from 'react'
import { personName } from './access-request.ts'
import { usePermissions, useSignedIn } from './permissions.ts'
import { useMethod } from './use-method.ts'
import { type ItemOf, type PagedRoute, type RouteInput, usePages, useRoute } from './use-route.ts'

/** Rows of each list that are read for their names; further ones are shown by their ids. */
const MOST_NAMES = 20_000
const PAGE = { query: { limit: 500 } }

/** All pages of a list, one after the other. */
export const useWholeList = <Name extends PagedRoute>(name: Name, enabled: boolean): readonly ItemOf<Name>[] => {
  const { items, hasNextPage, isFetchingNextPage, isError, fetchNextPage } = usePages(name, PAGE as RouteInput<Name>, { enabled })
  const wanted = enabled && hasNextPage && !isFetchingNextPage && !isError && items.length < MOST_NAMES
  useEffect(() => {
    if (wanted) fetchNextPage().catch(() => {})
  }, [wanted, fetchNextPage])
  return items
}

export type NamedKind = 'user' | 'resource' | 'credential' | 'gateway' | 'device' | 'role' | 'site'

export interface Names {
  /** Those of which there is a name, in its order: for choosing one. */
  readonly all: (kind: NamedKind) => readonly { readonly value: string; readonly label: string }[]
  readonly nameOf: (kind: NamedKind, id: string) => string
}

export const shortId = (id: string): string => `…${id.slice(-8)}`

export const namesOf = (known: Readonly<Record<NamedKind, ReadonlyMap<string, string>>>): Names => ({
  all: (kind) =>
    Array.from(known[kind], ([value, label]) => ({ value, label })).toSorted((one, other) =>
      one.label.localeCompare(other.label),
    ),
  nameOf: (kind, id) => known[kind].get(id) ?? shortId(id),
})

const mapOf = <Row extends { readonly id: string }>(rows: readonly Row[], nameOf: (row: Row) => string): Map<string, string> =>
  new Map(rows.map((row) => [row.id, nameOf(row)]))

export const useNames = (): Names => {
  const may = usePermissions()
  const me = useRoute('getMe', {}, { enabled: useSignedIn() }).data
  const granted = useMethod('credentials', {}).data?.items
  const path = useMethod('status', {}).data?.gateways
  const users = useWholeList('listUsers', may.has('users.read'))
  const roles = useWholeList('listRoles', may.has('roles.read'))
  const resources = useWholeList('listResources', may.has('resources.read'))
  const credentials = useWholeList('listCredentials', may.has('resources.read'))
  const sites = useWholeList('listSites', may.has('resources.read'))
  const gateways = useWholeList('listGateways', may.has('gateways.read'))
  const devices = useWholeList('listDevices', may.has('devices.read'))
  return useMemo(() => {
    const resourceNames = mapOf(resources, ({ name }) => name)
    const credentialNames = mapOf(
      credentials,
      ({ name, resource }) => `${resourceNames.get(resource) ?? shortId(resource)}/${name}`,
    )
    for (const {
      granted: { credential, name, resource },
    } of granted ?? []) {
      credentialNames.set(credential, name)
      resourceNames.set(resource.id, resource.name)
    }
    const own = me ? [me.user] : []
    return namesOf({
      user: mapOf([...own, ...users], personName),
      role: mapOf(roles, ({ name }) => name),
      resource: resourceNames,
      credential: credentialNames,
      site: mapOf(sites, ({ name }) => name),
      gateway: mapOf([...(path ?? []), ...gateways], ({ name }) => name),
      device: mapOf([...(me ? [me.device] : []), ...devices], ({ facts }) => facts.name),
    })
  }, [me, granted, path, users, roles, resources, credentials, sites, gateways, devices])
}
