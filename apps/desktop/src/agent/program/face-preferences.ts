/** Keeps what a person likes: one small file in the profile, replaced whole. */
import { readTextUpTo, replacePrivateFile } from '@sallyport/program'
import { type FacePreferences, facePreferences, usualPreferences } from '../../shared/preferences.ts'

const MAX_FILE = 128 * 1024

export interface FacePreferencesStore {
  readonly current: FacePreferences
  /** What is absent stays. Resolves when it is on disk. */
  change(changes: { readonly [Key in keyof FacePreferences]?: FacePreferences[Key] | undefined }): Promise<FacePreferences>
}

/** Nothing in it is worth a start that fails: what cannot be read is as usual. */
const parse = (text: string | null): FacePreferences => {
  try {
    return facePreferences.parse({ ...usualPreferences, ...(JSON.parse(text ?? '{}') as object) })
  } catch {
    return usualPreferences
  }
}

/** `onChange`: told when another face may have to show something else. */
export const openFacePreferences = async (path: string, onChange: () => void): Promise<FacePreferencesStore> => {
  let current = parse(await readTextUpTo(path, MAX_FILE).catch(() => null))
  let writing: Promise<void> = Promise.resolve()
  /** One after the other, so that the newest is what stays. */
  const write = async (before: Promise<void>, preferences: FacePreferences): Promise<void> => {
    await before.catch(() => {})
    await replacePrivateFile(path, `${JSON.stringify(preferences)}\n`)
  }
  return {
    get current() {
      return current
    },
    change: async (changes) => {
      const given = Object.entries(changes).filter(([, value]) => value !== undefined)
      const next = facePreferences.parse({ ...current, ...Object.fromEntries(given) })
      current = next
      writing = write(writing, next)
      await writing
      onChange()
      return next
    },
  }
}
