/** One's own activity, or everybody's. */
import { SegmentedControl } from '@mantine/core'
import { text } from '../../texts/text.ts'

interface ScopeSwitchProps {
  readonly scope: 'mine' | 'all'
  readonly onChange: (scope: 'mine' | 'all') => void
}

export const ScopeSwitch = ({ scope, onChange }: ScopeSwitchProps) => (
  <SegmentedControl
    aria-label={text('activity.scope')}
    value={scope}
    onChange={(chosen) => onChange(chosen === 'all' ? 'all' : 'mine')}
    data={[
      { value: 'mine', label: text('activity.mine') },
      { value: 'all', label: text('activity.everybody') },
    ]}
  />
)
