/** The end of the agent's log on this computer. */
import { Button } from '@mantine/core'
import { IconFileText } from '@tabler/icons-react'
import type { LogLine } from '../../../shared/diagnosis.ts'
import { useMethod } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { MAX_COPIED, useCopy } from '../../ui/copy-button.tsx'
import { EmptyState, ErrorBar, SkeletonRows } from '../../ui/states.tsx'
import { logTime, useNow } from '../../ui/time.ts'
import styles from './settings.module.css'

/** Milliseconds between two looks. */
const EVERY = 2000

const levelText = (level: LogLine['level']): string => {
  switch (level) {
    case 'info':
      return text('settings.logInfo')
    case 'warn':
      return text('settings.logWarn')
    case 'error':
      return text('settings.logError')
    case 'fatal':
      return text('settings.logFatal')
  }
}

const plain = ({ at, level, text: words }: LogLine): string => `${at} ${level} ${words}`

export const LogSection = () => {
  const query = useMethod('log', {}, { every: EVERY })
  const copy = useCopy()
  const now = useNow()
  if (query.isPending) return <SkeletonRows />
  if (query.error && !query.data) return <ErrorBar error={query.error} onRetry={() => void query.refetch().catch(() => {})} />
  const lines = query.data.lines.toReversed()
  if (lines.length === 0) return <EmptyState icon={IconFileText} title={text('settings.logEmpty')} />
  return (
    <>
      <div className={styles['bar']}>
        <p className="muted">{text('settings.logHint')}</p>
        <Button
          variant="default"
          onClick={() => copy(query.data.lines.map(plain).join('\n').slice(-MAX_COPIED), text('settings.logCopied'))}
        >
          {text('settings.logCopy')}
        </Button>
      </div>
      <ol className={`${styles['log'] ?? ''} selectable`} aria-label={text('settings.logLines')}>
        {lines.map((line, index) => (
          <li key={`${line.at} ${index}`}>
            <time className="muted numbers" dateTime={line.at}>
              {logTime(line.at, now)}
            </time>
            <span className={styles[line.level]}>{levelText(line.level)}</span>
            <span>{line.text}</span>
          </li>
        ))}
      </ol>
    </>
  )
}
