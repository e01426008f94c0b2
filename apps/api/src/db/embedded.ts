/** The database that needs no set-up: a PostgreSQL of our own in the data directory, reached over a unix socket only. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type Progress, startPostgres } from '@sallyport/postgres'
import { z } from 'zod'
import { createKeyFile, readPrivateFile, readPrivateFileIfPresent } from '../keys/key-file.ts'
import type { DatabaseServer } from './login.ts'
import { provisionDatabase, provisionRoles, type RolePasswords, withClient } from './provision.ts'
import { databaseRoleName } from './roles.ts'

const DATABASE = 'sallyport'

const passwordFile = z.strictObject({ owner: z.string(), api: z.string(), vault: z.string(), log: z.string() })

const newPasswords = (): z.infer<typeof passwordFile> => {
  const password = (): string => randomBytes(32).toString('base64url')
  return { owner: password(), api: password(), vault: password(), log: password() }
}

const MAX_FILE = 4096

/** Made at the first start. Each role has a password of its own; nothing but this file holds them. */
const readPasswords = async (path: string): Promise<RolePasswords> => {
  if ((await readPrivateFileIfPresent(path, MAX_FILE)) === null) {
    await createKeyFile(path, Buffer.from(JSON.stringify(newPasswords())))
  }
  return passwordFile.parse(JSON.parse((await readPrivateFile(path, MAX_FILE)).toString('utf8')))
}

export interface EmbeddedOptions {
  /** Absolute. The cluster lies below it. */
  readonly dataDirectory: string
  readonly onProgress?: (progress: Progress) => void
  readonly onLog?: (line: string) => void
  /** Over the defaults, for tests. */
  readonly settings?: Readonly<Record<string, string>>
}

export const startEmbeddedDatabase = async (options: EmbeddedOptions): Promise<DatabaseServer> => {
  const { dataDirectory, ...rest } = options
  const passwords = await readPasswords(join(dataDirectory, 'database-passwords.json'))
  const server = await startPostgres({ ...rest, dataDirectory: join(dataDirectory, 'postgres') })
  try {
    await withClient({ connectionString: server.connectionString('postgres') }, async (superuser) => {
      await provisionRoles(superuser, passwords)
      await provisionDatabase(superuser, DATABASE)
    })
  } catch (error) {
    await server.stop()
    throw error
  }
  return {
    login: (role) => ({ connectionString: server.connectionString(DATABASE, databaseRoleName(role), passwords[role]) }),
    ended: server.ended,
    stop: () => server.stop(),
  }
}
