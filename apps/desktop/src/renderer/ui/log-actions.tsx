/** Live or not, and the way into a file. */
import { Button, Switch } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { text } from '../texts/text.ts'

interface LogActionsProps {
  readonly searching: boolean
  readonly live: boolean
  readonly onLive: (live: boolean) => void
  readonly onExport: () => void
}

export const LogActions = ({ searching, live, onLive, onExport }: LogActionsProps) => (
  <>
    {searching ? <span className="muted">{text('log.searching')}</span> : null}
    <Switch
      label={text('log.live')}
      labelPosition="left"
      checked={live}
      onChange={(event) => onLive(event.currentTarget.checked)}
    />
    <Button variant="default" leftSection={<IconDownload size={16} stroke={1.75} />} onClick={onExport}>
      {text('log.export')}
    </Button>
  </>
)
