/** The database roles. `owner` runs migrations and nothing else; the others are what the three roles of the program log in as. */
export const programRoles = ['api', 'vault', 'log'] as const
export type ProgramRole = (typeof programRoles)[number]

export const databaseRoles = ['owner', ...programRoles] as const
export type DatabaseRole = (typeof databaseRoles)[number]

/** The role's name in PostgreSQL. */
export const databaseRoleName = (role: DatabaseRole): string => `sallyport_${role}`
