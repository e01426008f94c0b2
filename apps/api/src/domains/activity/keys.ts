/** Activity keys as the API role uses them: asked of the vault, kept in memory for a while. */
import { createSecretKey, type KeyObject } from 'node:crypto'

/** UTC month: `2026-11`. A period has one key in each organization. */
export const periodOf = (at: Date): string => at.toISOString().slice(0, 7)

export interface ActivityKey {
  readonly id: string
  readonly key: KeyObject
}

export interface ActivityKeys {
  /** Makes the key if there is none. Throws `vault_unavailable`. */
  forWriting(organization: string, period: string): Promise<ActivityKey>
  /** Null when the period's key was destroyed, or never was. Throws `vault_unavailable`. */
  forReading(organization: string, period: string): Promise<ActivityKey | null>
}

/** What the vault answers: 32 bytes and their id; null when there is none and none may be made. */
export type AskForActivityKey = (input: {
  readonly organization: string
  readonly period: string
  readonly create: boolean
}) => Promise<{ readonly found: { readonly id: string; readonly key: Uint8Array } | null }>

export interface ActivityKeysOptions {
  readonly ask: AskForActivityKey
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** A destroyed key is forgotten everywhere after this, in milliseconds. */
const KEEP = 10 * 60_000
const MAX_KEPT = 1024

export const activityKeysOf = ({ ask, clock }: ActivityKeysOptions): ActivityKeys => {
  const kept = new Map<string, { readonly key: Promise<ActivityKey | null>; readonly until: number }>()

  const fetchKey = async (organization: string, options: { period: string; create: boolean }): Promise<ActivityKey | null> => {
    const { found } = await ask({ organization, ...options })
    if (found === null) return null
    const key = createSecretKey(found.key)
    found.key.fill(0)
    return { id: found.id, key }
  }

  const get = async (organization: string, options: { period: string; create: boolean }): Promise<ActivityKey | null> => {
    const name = `${organization} ${options.period}`
    const known = kept.get(name)
    if (known !== undefined && known.until > clock()) {
      const key = await known.key
      if (key !== null) return key
    }
    const key = fetchKey(organization, options)
    kept.delete(name)
    kept.set(name, { key, until: clock() + KEEP })
    const oldest = kept.keys().next().value
    if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest)
    try {
      return await key
    } catch (error) {
      kept.delete(name)
      throw error
    }
  }

  return {
    forWriting: async (organization, period) => {
      const key = await get(organization, { period, create: true })
      if (key === null) throw new TypeError('the vault made no activity key')
      return key
    },
    forReading: (organization, period) => get(organization, { period, create: false }),
  }
}
