/** Appearance and keys as the person likes them. */
import { useMantineColorScheme } from '@mantine/core'
import { useEffect } from 'react'
import { usePreferences } from '../data/preferences.ts'
import { setSingleKeys } from '../ui/single-keys.ts'

export const useAppliedPreferences = (): void => {
  const { theme, shortcuts } = usePreferences().preferences
  // Otherwise Mantine writes a style element by innerHTML for a moment, which Trusted Types refuse.
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  useEffect(() => setColorScheme(theme === 'system' ? 'auto' : theme), [theme, setColorScheme])
  useEffect(() => setSingleKeys(shortcuts), [shortcuts])
}
