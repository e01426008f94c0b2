/** At which times approvals count. */
import { ActionIcon, Button, Checkbox, Select, TextInput } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { type ApprovalWindow, weekdays } from '@sallyport/protocol/api'
import { text } from '../../texts/text.ts'
import styles from './approvals.module.css'
import { usualWindow } from './rule-draft.ts'

interface WindowsFieldProps {
  readonly windows: readonly ApprovalWindow[]
  readonly onChange: (windows: ApprovalWindow[]) => void
}

const MOST_WINDOWS = 14
const MOST_OPTIONS = 100
const ownTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

export const WindowsField = ({ windows, onChange }: WindowsFieldProps) => {
  const replace = (at: number, part: Partial<ApprovalWindow>): void =>
    onChange(windows.map((window, index) => (index === at ? { ...window, ...part } : window)))
  return (
    <div className={styles['fields']} role="group" aria-label={text('rules.windows')}>
      <p>
        {text('rules.windows')} <span className="muted">{text('rules.windowsHint')}</span>
      </p>
      {windows.map((window, at) => (
        <WindowFields
          key={at}
          window={window}
          onChange={(part) => replace(at, part)}
          onRemove={() => onChange(windows.filter((_, index) => index !== at))}
        />
      ))}
      {windows.length < MOST_WINDOWS ? (
        <div>
          <Button
            variant="default"
            leftSection={<IconPlus size={16} stroke={1.75} />}
            onClick={() => onChange([...windows, usualWindow(ownTimeZone())])}
          >
            {text('rules.windowAdd')}
          </Button>
        </div>
      ) : null}
    </div>
  )
}

interface WindowFieldsProps {
  readonly window: ApprovalWindow
  readonly onChange: (part: Partial<ApprovalWindow>) => void
  readonly onRemove: () => void
}

const WindowFields = ({ window, onChange, onRemove }: WindowFieldsProps) => (
  <div className={styles['window']}>
    <div className={styles['days']} role="group" aria-label={text('rules.windowDays')}>
      {weekdays.map((day) => (
        <Checkbox
          key={day}
          label={text(`rules.${day}`)}
          checked={window.days.includes(day)}
          onChange={(event) => {
            const chosen = new Set(window.days)
            if (event.currentTarget.checked) chosen.add(day)
            else chosen.delete(day)
            onChange({ days: weekdays.filter((each) => chosen.has(each)) })
          }}
        />
      ))}
      <ActionIcon className={styles['spread'] ?? ''} aria-label={text('rules.windowRemove')} onClick={onRemove}>
        <IconTrash size={16} stroke={1.75} />
      </ActionIcon>
    </div>
    <div className={styles['row']}>
      <TextInput
        type="time"
        label={text('rules.windowFrom')}
        value={window.from}
        onChange={(event) => onChange({ from: event.currentTarget.value })}
      />
      <TextInput
        type="time"
        label={text('rules.windowTo')}
        value={window.to}
        onChange={(event) => onChange({ to: event.currentTarget.value })}
      />
      <Select
        label={text('rules.windowZone')}
        data={[...new Set([window.timeZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])]}
        value={window.timeZone}
        searchable
        allowDeselect={false}
        limit={MOST_OPTIONS}
        nothingFoundMessage={text('log.noChoice')}
        comboboxProps={{ shadow: 'md', transitionProps: { duration: 0 } }}
        onChange={(timeZone) => onChange({ timeZone: timeZone ?? window.timeZone })}
      />
    </div>
  </div>
)
