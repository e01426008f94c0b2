import { randomUUID } from 'node:crypto'
import { type Permission, builtInRoles } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'

export type BuiltInRole = keyof typeof builtInRoles

const names = Object.keys(builtInRoles) as BuiltInRole[]

const descriptions: Readonly<Record<BuiltInRole, string>> = {
  owner: 'May do everything in this organization.',
  auditor: 'May see everything and change nothing.',
  member: 'May sign in and use what is granted.',
}

/** Names that no other role may have. */
export const isReservedName = (name: string): boolean => names.some((reserved) => reserved === name.toLowerCase())

/** What a role allows: of a built-in one always what this version of the program says. */
export const permissionsOfRole = (role: {
  readonly built_in: BuiltInRole | null
  readonly permissions: readonly Permission[]
}): readonly Permission[] => (role.built_in === null ? role.permissions : builtInRoles[role.built_in])

/** Makes the roles that every organization begins with, and returns their ids. Part of the organization's own audit entry. */
export const createBuiltInRoles = async (transaction: Transaction): Promise<Readonly<Record<BuiltInRole, string>>> => {
  const ids = Object.fromEntries(names.map((name) => [name, randomUUID()])) as Record<BuiltInRole, string>
  await transaction
    .insertInto('roles')
    .values(
      names.map((name) => ({
        id: ids[name],
        name,
        description: descriptions[name],
        built_in: name,
        permissions: [...builtInRoles[name]],
      })),
    )
    .execute()
  return ids
}
