/** A time as a list or panel says it; all of it when pointed at. */
import { text } from '../texts/text.ts'
import { classes } from './classes.ts'
import { clockTime, fullTime, logTime, relativeTime, useNow } from './time.ts'

const forms = { clock: clockTime, log: logTime, relative: relativeTime } as const

interface MomentProps {
  /** RFC 3339; null: it has not happened. */
  readonly at: string | null
  readonly form?: keyof typeof forms
  readonly muted?: boolean
}

export const Moment = ({ at, form = 'clock', muted = false }: MomentProps) => {
  const now = useNow()
  if (at === null) return <span className="muted">{text('common.notYet')}</span>
  return (
    <span className={classes('truncate', 'numbers', muted && 'muted')} title={fullTime(at)}>
      {forms[form](at, now)}
    </span>
  )
}
