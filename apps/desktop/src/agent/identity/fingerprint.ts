/**
 * The device's fingerprint: facts of this machine, each hashed under a secret of the sealed profile, so that the API can tell
 * that one changed and never learns it. A fact that the system does not tell is left out.
 */
import { createHmac } from 'node:crypto'
import { userInfo } from 'node:os'
import { fromBase64url } from '@sallyport/protocol'
import type { Fingerprint } from '@sallyport/protocol/api'
import { darwinFacts } from './machine/darwin.ts'
import { linuxFacts } from './machine/linux.ts'
import type { MachineFacts } from './machine/machine-facts.ts'
import { windowsFacts } from './machine/windows.ts'

const readFacts = async (): Promise<MachineFacts> => {
  const { uid, username } = userInfo()
  const owner = `${uid}:${username}`
  switch (process.platform) {
    case 'linux':
      return { ...(await linuxFacts()), owner }
    case 'darwin':
      return { ...(await darwinFacts()), owner }
    case 'win32':
      return { ...(await windowsFacts()), owner }
    default:
      return { owner }
  }
}

export const fingerprintOf = (facts: MachineFacts, secret: string): Fingerprint => {
  const key = fromBase64url(secret)
  const parts = Object.entries(facts).flatMap(([part, fact]) =>
    fact === undefined || fact === ''
      ? []
      : [[part, createHmac('sha256', key).update(`sallyport fingerprint ${part}\n${fact}`).digest('base64url')] as const],
  )
  return Object.fromEntries(parts)
}

/** Read anew each time: a profile may have been moved while the agent slept. */
export const readFingerprint = async (secret: string): Promise<Fingerprint> => fingerprintOf(await readFacts(), secret)
