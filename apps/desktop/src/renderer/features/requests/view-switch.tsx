/** Mine, or what there is to ask for. */
import { SegmentedControl } from '@mantine/core'
import { useLocation } from 'wouter'
import { text } from '../../texts/text.ts'

export const ViewSwitch = ({ view }: { readonly view: 'mine' | 'ask' }) => {
  const [, navigate] = useLocation()
  return (
    <SegmentedControl
      aria-label={text('requests.views')}
      value={view}
      onChange={(chosen) => navigate(chosen === 'ask' ? '/requests/ask' : '/requests')}
      data={[
        { value: 'mine', label: text('requests.mine') },
        { value: 'ask', label: text('requests.ask') },
      ]}
    />
  )
}
