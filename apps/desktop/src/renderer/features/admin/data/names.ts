/** Names of what ids stand for, as far as this person may read them; an id that is not known is shown by its beginning. */
import type { Permission } from '@sallyport/protocol/api'
import { useMemo } from 'react'
import { usePermissions } from '../../../data/permissions.ts'
import type { ItemOf, PagedRoute } from '../../../data/use-route.ts'
import { useItems } from './use-items.ts'

export type NameOf = (id: string) => string

export type User = ItemOf<'listUsers'>
export type Role = ItemOf<'listRoles'>
export type Resource = ItemOf<'listResources'>
export type Credential = ItemOf<'listCredentials'>
export type Gateway = ItemOf<'listGateways'>
export type Device = ItemOf<'listDevices'>
export type Session = ItemOf<'listSessions'>
export type Site = ItemOf<'listSites'>
export type Grant = ItemOf<'listGrants'>
export type Store = ItemOf<'listStores'>
export type Lease = ItemOf<'listLeases'>
export type ServiceAccount = ItemOf<'listServiceAccounts'>

const SHOWN_OF_ID = 8

export const shortId = (id: string): string => id.slice(-SHOWN_OF_ID)

/** The list, if it may be read: empty otherwise. */
export const useReadable = <Name extends PagedRoute>(route: Name, permission: Permission) => {
  const enabled = usePermissions().has(permission)
  return useItems(route, { enabled })
}

const useNames = <Name extends PagedRoute>(
  route: Name,
  permission: Permission,
  nameOf: (item: ItemOf<Name>) => string,
): NameOf => {
  const { items } = useReadable(route, permission)
  return useMemo(() => {
    const names = new Map(items.map((item) => [(item as { readonly id: string }).id, nameOf(item)]))
    return (id) => names.get(id) ?? shortId(id)
  }, [items, nameOf])
}

export const fullName = ({ firstName, lastName }: Pick<User, 'firstName' | 'lastName'>): string => `${firstName} ${lastName}`
const plainName = ({ name }: { readonly name: string }): string => name
const deviceName = ({ facts }: Device): string => facts.name

export const useUserNames = (): NameOf => useNames('listUsers', 'users.read', fullName)
export const useRoleNames = (): NameOf => useNames('listRoles', 'roles.read', plainName)
export const useSiteNames = (): NameOf => useNames('listSites', 'resources.read', plainName)
export const useGatewayNames = (): NameOf => useNames('listGateways', 'gateways.read', plainName)
export const useDeviceNames = (): NameOf => useNames('listDevices', 'devices.read', deviceName)

/** Leases that are good now: what is in use. */
export const useActiveLeases = () =>
  useItems('listLeases', { enabled: usePermissions().has('sessions.read'), query: { active: 'yes' } })

/** `shop · read-only`. */
export const useCredentialNames = (): NameOf => {
  const resources = useNames('listResources', 'resources.read', plainName)
  const { items } = useReadable('listCredentials', 'resources.read')
  return useMemo(() => {
    const names = new Map(items.map(({ id, resource, name }) => [id, `${resources(resource)} · ${name}`]))
    return (id) => names.get(id) ?? shortId(id)
  }, [items, resources])
}
