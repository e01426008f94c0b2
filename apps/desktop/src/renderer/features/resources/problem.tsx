/** What went wrong with a resource, why, and what to do about it. */
import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import type { LocalCredential } from '../../../shared/local-api.ts'
import { useMethod } from '../../data/use-method.ts'
import { richText, text } from '../../texts/text.ts'
import { useCopy } from '../../ui/copy-button.tsx'
import { clockTime, useNow } from '../../ui/time.ts'
import styles from './resources.module.css'

interface ProblemProps {
  readonly credential: LocalCredential
  readonly onRetry: () => void
}

/** Null when there is none. */
export const problemOf = (props: ProblemProps): ReactNode => {
  const { granted, listener, lastError } = props.credential
  if (listener.state === 'port-taken') return <PortTaken {...props} owner={listener.owner} />
  if (listener.state === 'unbound') return <div className={styles['problem']}>{richText('resources.unboundText')}</div>
  if (granted.inUse) return <Taken use={granted.inUse} />
  if (lastError) return <LastError credential={props.credential} error={lastError} />
  return null
}

const PortTaken = ({ credential, owner, onRetry }: ProblemProps & { readonly owner: string | null }) => (
  <div className={styles['problem']}>
    <p>
      {owner === null
        ? richText('resources.portTakenUnknown', { port: String(credential.port) })
        : richText('resources.portTakenText', { port: String(credential.port), owner })}
    </p>
    <div className={styles['problemActions']}>
      <Button variant="default" onClick={onRetry}>
        {text('resources.tryAgain')}
      </Button>
    </div>
  </div>
)

const Taken = ({ use }: { readonly use: NonNullable<LocalCredential['granted']['inUse']> }) => {
  const until = clockTime(use.until, useNow())
  return (
    <div className={styles['problem']}>
      {use.by === null
        ? richText('resources.takenByOtherText', { until })
        : richText('resources.takenText', { by: use.by, until })}
    </div>
  )
}

interface LastErrorProps {
  readonly credential: LocalCredential
  readonly error: NonNullable<LocalCredential['lastError']>
}

const LastError = ({ credential, error }: LastErrorProps) => {
  const now = useNow()
  const copy = useCopy()
  const version = useMethod('host', {}).data?.version ?? ''
  const details = [credential.granted.name, error.at, error.code, error.message, version].join('\n')
  return (
    <div className={styles['problem']}>
      <p className="selectable">
        <strong>{error.message}</strong>
      </p>
      <p className={styles['small']}>
        {text('resources.problemAt', { time: clockTime(error.at, now) })} · {text('common.code', { code: error.code })}
      </p>
      <div className={styles['problemActions']}>
        <Button variant="default" onClick={() => copy(details, text('common.details'))}>
          {text('common.copyDetails')}
        </Button>
      </div>
    </div>
  )
}
