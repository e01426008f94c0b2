/** Several lists of one screen: the address says which one is shown. */
import { SegmentedControl } from '@mantine/core'
import { useLocation } from 'wouter'
import { text } from '../../../texts/text.ts'

export interface Section {
  readonly path: string
  readonly label: string
}

interface SectionTabsProps {
  readonly sections: readonly Section[]
  readonly current: string
}

/** One section alone needs no choice. */
export const SectionTabs = ({ sections, current }: SectionTabsProps) => {
  const [, navigate] = useLocation()
  if (sections.length < 2) return null
  return (
    <SegmentedControl
      aria-label={text('admin.views')}
      value={current}
      onChange={navigate}
      data={sections.map(({ path, label }) => ({ value: path, label }))}
    />
  )
}
