/** A statement, laid out or as it was sent. */
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { text } from '../../texts/text.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import styles from './activity.module.css'
import { formatSql } from './format-sql.ts'
import { count } from '../../ui/numbers.ts'
import { RawText } from '../../ui/raw-text.tsx'

interface StatementProps {
  readonly statement: {
    readonly text: string
    readonly clipped?: { readonly length: number; readonly sha256: string } | undefined
  }
  /** All of it is being read; what is shown is its beginning. */
  readonly loading: boolean
}

/** What a clipboard takes at once, in characters. */
const MOST_COPIED = 60_000

export const Statement = ({ statement, loading }: StatementProps) => {
  const [form, setForm] = useState<'formatted' | 'sent'>('formatted')
  const shown = form === 'formatted' ? formatSql(statement.text) : statement.text
  return (
    <>
      <div className={styles['statementBar']}>
        <SegmentedControl
          aria-label={text('activity.forms')}
          value={form}
          onChange={(chosen) => setForm(chosen === 'sent' ? 'sent' : 'formatted')}
          data={[
            { value: 'formatted', label: text('activity.formatted') },
            { value: 'sent', label: text('activity.asSent') },
          ]}
        />
        {statement.text !== '' && statement.text.length <= MOST_COPIED ? (
          <CopyButton content={statement.text} what={text('activity.copyStatement')} />
        ) : null}
      </div>
      <RawText label={text('activity.statement')}>{shown}</RawText>
      {loading ? <p className="muted">{text('activity.loadingWhole')}</p> : null}
      {statement.clipped ? (
        <p className={styles['clipped']}>
          {text('activity.clipped', { length: count(statement.clipped.length), sha256: statement.clipped.sha256 })}
        </p>
      ) : null}
    </>
  )
}
