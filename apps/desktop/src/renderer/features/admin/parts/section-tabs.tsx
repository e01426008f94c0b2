/** Several lists of one screen, each for whoever may read it: the address says which one is shown. */
import { SegmentedControl } from '@mantine/core'
import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { text } from '../../../texts/text.ts'

export interface Section {
  readonly path: string
  readonly label: string
}

interface Sections {
  /** The path of the section that is shown. */
  readonly current: string
  /** Null: one section alone needs no choice. */
  readonly tabs: ReactNode
}

const isAt = (location: string, path: string): boolean => location === path || location.startsWith(`${path}/`)

/** @param sections those that this person may read; the first is shown where the address names none. */
export const useSections = (sections: readonly Section[]): Sections => {
  const [location, navigate] = useLocation()
  // The path of one may begin with that of another: the longest counts.
  const named = sections.filter(({ path }) => isAt(location, path)).toSorted((one, other) => other.path.length - one.path.length)
  const current = (named[0] ?? sections[0])?.path ?? location
  const tabs =
    sections.length < 2 ? null : (
      <SegmentedControl
        aria-label={text('admin.views')}
        value={current}
        onChange={navigate}
        data={sections.map(({ path, label }) => ({ value: path, label }))}
      />
    )
  return { current, tabs }
}
