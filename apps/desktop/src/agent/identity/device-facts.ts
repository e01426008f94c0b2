/** What people recognise a device by. */
import { hostname, release, version } from 'node:os'
import { SallyportError } from '@sallyport/protocol'
import { deviceFacts } from '@sallyport/protocol/api'
import type { z } from 'zod'
import { clientVersion } from '../program/version.ts'

export type DeviceFacts = z.infer<typeof deviceFacts>

const MAX_VERSION = 120

/** Throws `invalid_request` for a name that is not one. */
export const describeDevice = (name: string | null, keyStorage: DeviceFacts['keyStorage']): DeviceFacts => {
  const facts = deviceFacts.safeParse({
    name: name ?? (hostname() || 'unnamed'),
    platform: process.platform,
    osVersion: `${version()} ${release()}`.slice(0, MAX_VERSION),
    clientVersion,
    keyStorage,
  })
  if (facts.success) return facts.data
  throw new SallyportError('invalid_request', { message: 'This device or its name is not supported.', cause: facts.error })
}
