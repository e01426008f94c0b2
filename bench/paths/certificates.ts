/** Certificates for the TLS tunnels: one authority, a leaf for each side, all P-256 as Sallyport's own are. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeAuthority } from '@sallyport/testkit'

export interface TunnelFiles {
  readonly ca: string
  /** Certificate and key in one PEM file. */
  readonly near: string
  readonly far: string
}

export const makeTunnelFiles = async (folder: string): Promise<TunnelFiles> => {
  await mkdir(folder, { mode: 0o700 })
  const authority = await makeAuthority()
  const files: TunnelFiles = { ca: join(folder, 'ca.pem'), near: join(folder, 'near.pem'), far: join(folder, 'far.pem') }
  await writeFile(files.ca, authority.ca)
  for (const file of [files.near, files.far]) {
    const { cert, key } = await authority.issue({ dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] })
    await writeFile(file, `${cert}\n${key}\n`, { mode: 0o600 })
  }
  return files
}
