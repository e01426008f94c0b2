import { findOwner } from './socket-owner.ts'
import { findSocket } from './socket-table.ts'
import { userNameOf } from './user-name.ts'

const MAX_TEXT = 300

/** Who listens on a port, for people; null where the system does not tell. */
export const describePortOwner = async (port: number): Promise<string | null> => {
  if (process.platform !== 'linux') return null
  const entry = await findSocket({ localPort: port, remotePort: 0 })
  if (entry === null) return null
  const [owner, user] = await Promise.all([findOwner(entry), userNameOf(entry.uid)])
  const text = owner === null ? `a program of ${user}` : `${owner.program} (process ${owner.pid}, ${user})`
  return text.slice(0, MAX_TEXT)
}
