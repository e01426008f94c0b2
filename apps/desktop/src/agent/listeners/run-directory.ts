/** The private folder for sockets: short, because their paths are bounded, and gone at the next start of the system. */
import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SallyportError } from '@sallyport/protocol'

const NAME_LENGTH = 12

/**
 * Made with mode 0700. null on Windows, which has named pipes instead. Throws `profile_unreadable` when somebody else was there
 * first.
 */
export const makeRunDirectory = async (profile: string, environment: NodeJS.ProcessEnv): Promise<string | null> => {
  if (process.platform === 'win32') return null
  const uid = process.getuid!()
  const runtime = environment['XDG_RUNTIME_DIR']
  const parent = (await isOwn(runtime, uid)) ? join(runtime!, 'sallyport') : join(tmpdir(), `sallyport-${uid}`)
  const name = createHash('sha256').update(profile).digest('hex').slice(0, NAME_LENGTH)
  await makePrivate(parent, uid)
  await makePrivate(join(parent, name), uid)
  return join(parent, name)
}

const isOwn = async (folder: string | undefined, uid: number): Promise<boolean> => {
  if (folder === undefined || folder === '') return false
  const found = await lstat(folder).catch(() => null)
  return found?.isDirectory() === true && found.uid === uid
}

/** In a folder that everybody writes to, somebody may have made ours, or a link in its place. */
const makePrivate = async (folder: string, uid: number): Promise<void> => {
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  })
  const found = await lstat(folder)
  if (!found.isDirectory() || found.uid !== uid)
    throw new SallyportError('profile_unreadable', { message: `${folder} belongs to somebody else.` })
  if ((found.mode & 0o077) !== 0) await chmod(folder, 0o700)
}
