import type { DatabaseAccess, StartPath } from './path.ts'

/** Nothing in between but the link. */
export const startDirect: StartPath = async (ends, link) => ({
  name: 'direct',
  bytes: await link(ends.bytes),
  database: await through(ends.plain, link),
  near: [],
  far: [],
  stop: () => Promise.resolve(),
})

/** The same, with the TLS of PostgreSQL itself. */
export const startDirectTls: StartPath = async (ends, link) => ({
  name: 'direct-tls',
  bytes: null,
  database: ends.tls === null ? null : await through(ends.tls, link),
  near: [],
  far: [],
  stop: () => Promise.resolve(),
})

const through = async (access: DatabaseAccess, link: (port: number) => Promise<number>): Promise<DatabaseAccess> => ({
  ...access,
  port: await link(access.port),
})
