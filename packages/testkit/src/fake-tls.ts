/** What a fake service on loopback shows, and what its clients need to trust it. */
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeAuthority } from './certificates.ts'

export interface FakeTls {
  /** PEM. */
  readonly key: string
  readonly cert: string
  readonly ca: string
  /** Of the same `ca`. */
  readonly authorityFile: string
}

/** Of an authority of its own, which is put into the folder. */
export const makeFakeTls = async (folder: string): Promise<FakeTls> => {
  const authority = await makeAuthority()
  const { key, cert } = await authority.issue({ ipAddresses: ['127.0.0.1'] })
  const authorityFile = join(folder, `authority-${randomUUID()}.pem`)
  await writeFile(authorityFile, authority.ca)
  return { key, cert, ca: authority.ca, authorityFile }
}

/** With which a program of ours trusts it beside the system's authorities. */
export const trustEnvironment = (tls: FakeTls | undefined): Readonly<Record<string, string>> =>
  tls === undefined ? {} : { NODE_EXTRA_CA_CERTS: tls.authorityFile }
