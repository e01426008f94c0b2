/** The ways of the organization, as far as this person may read what they are made of. */
import { useMemo } from 'react'
import { text } from '../../../texts/text.ts'
import { useReadable } from '../data/names.ts'
import { type Items, useItems } from '../data/use-items.ts'
import { type Way, waysOf } from './ways.ts'

export const useWays = (): Items<Way> => {
  const roles = useItems('listRoles')
  const users = useReadable('listUsers', 'users.read')
  const resources = useReadable('listResources', 'resources.read')
  const credentials = useReadable('listCredentials', 'resources.read')
  const grants = useReadable('listGrants', 'grants.read')
  const items = useMemo(
    () =>
      waysOf(
        {
          roles: roles.items,
          users: users.items,
          resources: resources.items,
          credentials: credentials.items,
          grants: grants.items,
        },
        text('reach.grant'),
      ),
    [roles.items, users.items, resources.items, credentials.items, grants.items],
  )
  const parts = [roles, users, resources, credentials]
  return {
    items,
    isPending: parts.some(({ isPending }) => isPending),
    isUpdating: parts.some(({ isUpdating }) => isUpdating),
    error: parts.find(({ error }) => error)?.error ?? null,
    updatedAt: Math.min(...parts.map(({ updatedAt }) => updatedAt)),
    retry: () => {
      for (const { retry } of parts) retry()
    },
  }
}
