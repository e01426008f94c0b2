import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { openKms } from '../open-kms.ts'
import { kmsConformance } from '../testing/kms-conformance.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-kms-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const open = async (name: string) => {
  const rootKey = { kind: 'file', path: join(folder, name) } as const
  return (await openKms({ driver: 'local', rootKey })).kms
}

kmsConformance('local, root key in a file', { open: () => open('one.key'), openOther: () => open('two.key') })
