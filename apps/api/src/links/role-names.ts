import type { ProgramRole } from '../db/roles.ts'

/**
 * The name in a role's certificate. Of a domain that no resolver has: who answers is decided by the certificate, and an
 * address by configuration.
 */
export const roleHostName = (role: ProgramRole): string => `${role}.roles.sallyport.internal`
