/** A log of unlocks in a PostgreSQL of somebody else: set up by what the API's own command prints. */
import { randomBytes } from 'node:crypto'
import { freePort, makeTemporaryDirectory, temporaryPostgres } from '@sallyport/testkit'
import pg from 'pg'
import { API_ENTRY } from './api.ts'
import { runNodeProgram } from './node-program.ts'

const LOGIN = 'unlocks'

export interface UnlockLogDatabase {
  /** Of the login that may insert, as `SALLYPORT_UNLOCK_LOG` has it. */
  readonly url: string
  /** Of whom the database belongs to. */
  readonly ownerUrl: string
  /** The server ends; `start` starts it again on its data. */
  stop(): Promise<void>
  start(): Promise<void>
  /** Ends the server, and removes what it kept. */
  dispose(): Promise<void>
}

const setUp = async (ownerUrl: string, password: string): Promise<void> => {
  const sql = await runNodeProgram({ name: 'unlock-log-sql', entry: API_ENTRY, args: ['unlock-log-sql', '--login', LOGIN] })
  const owner = new pg.Client({ connectionString: ownerUrl })
  await owner.connect()
  try {
    await owner.query(`create role ${LOGIN} login password ${pg.escapeLiteral(password)}`)
    await owner.query(sql)
  } finally {
    await owner.end()
  }
}

export const startUnlockLog = async (): Promise<UnlockLogDatabase> => {
  const directory = await makeTemporaryDirectory()
  // Where it is reached stays the same when it is started again.
  const port = await freePort()
  const database = await temporaryPostgres({ port, folder: directory.path })
  const password = randomBytes(18).toString('base64url')
  const urlOf = (login: string, secret: string): string =>
    `postgresql://${login}:${encodeURIComponent(secret)}@127.0.0.1:${port}/postgres`
  const { superuser } = database
  const [url, ownerUrl] = [urlOf(LOGIN, password), urlOf(superuser.name, superuser.password)]
  await setUp(ownerUrl, password)
  return {
    url,
    ownerUrl,
    stop: () => database.stop(),
    start: () => database.again(),
    dispose: async () => {
      await database.stop()
      await directory.remove()
    },
  }
}
