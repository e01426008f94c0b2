import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TemporaryDirectory {
  readonly path: string
  remove(): Promise<void>
}

/**
 * A new empty folder. Others may pass through it but not list it, so that a database started by root under another account
 * can live below it. The path is short and without links, as unix sockets need it.
 */
export const makeTemporaryDirectory = async (): Promise<TemporaryDirectory> => {
  const path = await mkdtemp(join(await realpath(tmpdir()), 'sallyport-test-'))
  await chmod(path, 0o711)
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 10 }) }
}

/** Runs `use` with a temporary folder, which is removed however it ends. */
export const withTemporaryDirectory = async <Result>(use: (path: string) => Promise<Result>): Promise<Result> => {
  const directory = await makeTemporaryDirectory()
  try {
    return await use(directory.path)
  } finally {
    await directory.remove()
  }
}
