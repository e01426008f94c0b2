/** What a person likes, for all faces of one profile: kept by the agent in the profile, on this computer only. */
import { uuid } from '@sallyport/protocol'
import { z } from 'zod'

export const MAX_FAVOURITES = 1000
export const MAX_RECENT = 50

export const facePreferences = z.strictObject({
  /** Ids of credentials, in the person's own order. */
  favourites: z.array(uuid).max(MAX_FAVOURITES),
  /** Ids of credentials, the last used first. */
  recent: z.array(uuid).max(MAX_RECENT),
  theme: z.enum(['system', 'light', 'dark']),
  /** Whether single keys do things. */
  shortcuts: z.boolean(),
  startAtLogin: z.boolean(),
  notifications: z.boolean(),
  /** Minutes without use after which the app locks its page; null: never. */
  lockAfter: z.union([z.literal(5), z.literal(15), z.literal(60)]).nullable(),
  /** Whether it does so with the screen, and before sleep. */
  lockWithScreen: z.boolean(),
})
export type FacePreferences = z.infer<typeof facePreferences>

export const usualPreferences: FacePreferences = {
  favourites: [],
  recent: [],
  theme: 'system',
  shortcuts: true,
  startAtLogin: false,
  notifications: true,
  lockAfter: null,
  lockWithScreen: false,
}
