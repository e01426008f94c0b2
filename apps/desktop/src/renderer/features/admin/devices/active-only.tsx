/** What is so now, or all that was. */
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { text } from '../../../texts/text.ts'

/** @param word for what is so now. */
export const useActiveOnly = (word: string) => {
  const [view, setView] = useState('active')
  const choice = (
    <SegmentedControl
      aria-label={text('devices.columnState')}
      value={view}
      onChange={setView}
      data={[
        { value: 'active', label: word },
        { value: 'all', label: text('devices.all') },
      ]}
    />
  )
  return { onlyActive: view === 'active', choice }
}
