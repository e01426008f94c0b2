/** What the demo keeps between two starts: a folder with everything, and one file that says how far its set-up came. */
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reachableDataDirectory } from '@sallyport/postgres'
import { freePort } from '@sallyport/testkit'

const FOLDER = fileURLToPath(new URL('../.sallyport/demo', import.meta.url))

export interface DemoPerson {
  readonly email: string
  readonly password: string
}

export interface SavedState {
  readonly ports: {
    readonly api: number
    readonly apiGateway: number
    readonly pages: number
    readonly gateway: number
    readonly shop: number
  }
  readonly administrator: DemoPerson
  readonly user: DemoPerson
  /** Handed to the administrator when the organization was made; null before. */
  readonly invitation: string | null
  /** True once everything is set up: later starts only start. */
  readonly complete: boolean
  /** Lets the demo take access away and give it back. */
  readonly role: string | null
  readonly ownerCredential: string | null
}

export interface DemoState {
  readonly folder: string
  readonly shopFolder: string
  readonly apiFolder: string
  readonly gatewayFolder: string
  readonly administratorProfile: string
  readonly userProfile: string
  readonly passphraseFile: string
  saved: SavedState
  save(changes: Partial<SavedState>): Promise<void>
}

const person = (name: string): DemoPerson => ({ email: `${name}@demo.example`, password: randomBytes(12).toString('base64url') })

const fresh = async (): Promise<SavedState> => ({
  ports: {
    api: await freePort(),
    apiGateway: await freePort(),
    pages: await freePort(),
    gateway: await freePort(),
    shop: await freePort(),
  },
  administrator: person('admin'),
  user: person('dana'),
  invitation: null,
  complete: false,
  role: null,
  ownerCredential: null,
})

const readSaved = async (file: string): Promise<SavedState | null> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as SavedState
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** A set-up that was cut short is begun anew: half of it is worth nothing. */
export const openState = async (options: { readonly reset: boolean }): Promise<DemoState> => {
  const file = join(FOLDER, 'state.json')
  const databases = await reachableDataDirectory(join(FOLDER, 'databases'))
  const found = options.reset ? null : await readSaved(file)
  if (!found?.complete) {
    await rm(FOLDER, { recursive: true, force: true })
    await rm(databases, { recursive: true, force: true })
  }
  await mkdir(FOLDER, { recursive: true })
  await chmod(FOLDER, 0o711)
  await mkdir(databases, { recursive: true })
  const state: DemoState = {
    folder: FOLDER,
    shopFolder: join(databases, 'shop'),
    apiFolder: join(databases, 'api'),
    gatewayFolder: join(FOLDER, 'gateway'),
    administratorProfile: join(FOLDER, 'admin'),
    userProfile: join(FOLDER, 'dana'),
    passphraseFile: join(FOLDER, 'passphrase'),
    // A version before may have known fewer ports.
    saved: found?.complete ? { ...found, ports: { ...(await fresh()).ports, ...found.ports } } : await fresh(),
    save: async (changes) => {
      state.saved = { ...state.saved, ...changes }
      await writeFile(`${file}.new`, JSON.stringify(state.saved, null, 2), { mode: 0o600 })
      await rename(`${file}.new`, file)
    },
  }
  if (!found?.complete) await writeFile(state.passphraseFile, randomBytes(32).toString('base64url'), { mode: 0o600 })
  await state.save({})
  return state
}
