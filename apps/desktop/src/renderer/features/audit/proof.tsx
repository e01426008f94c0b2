/** How the entry is held by the log: its number, the signed head that covers it, and who else has seen that head. */
import { Button } from '@mantine/core'
import type { AuditRow, LogState } from '@sallyport/protocol/api'
import { useRoute } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { useCopy } from '../../ui/copy-button.tsx'
import { errorText } from '../../ui/error-text.ts'
import { count } from '../../ui/numbers.ts'
import { Status } from '../../ui/status.tsx'
import { clockTime, useNow } from '../../ui/time.ts'
import styles from './audit.module.css'
import { headSizeOf } from './entry.ts'

/** What a clipboard takes at once, in characters. */
const MOST_COPIED = 60_000

export const Proof = ({ entry, row }: { readonly entry: string; readonly row: AuditRow }) => {
  const copy = useCopy()
  const now = useNow()
  const numbered = row.index !== null
  const answer = useRoute('proveLogEntry', { parameters: { entry } }, { enabled: numbered })
  const state = useRoute('getLog', {}, { enabled: numbered }).data
  if (!numbered) {
    return (
      <>
        <Status kind="preparing">{text('audit.stateWaiting')}</Status>
        <p>{text('audit.proofNotNumbered')}</p>
      </>
    )
  }
  if (answer.error) return <p className={styles['fault']}>{errorText(answer.error).message}</p>
  if (!answer.data) return <p className="muted">{text('audit.proofLoading')}</p>
  const { proof, index, leaf } = answer.data
  const size = proof === null ? null : headSizeOf(proof)
  return (
    <div className={styles['proof']}>
      <Status kind={size === null ? 'preparing' : 'ready'}>
        {text(size === null ? 'audit.stateNumbered' : 'audit.stateSigned')}
      </Status>
      <p>
        {size === null
          ? text('audit.proofNoHead', { index: count(index) })
          : text('audit.proofIn', { index: count(index), size: count(size) })}
      </p>
      {state ? <p>{witnessText(state, index)}</p> : null}
      {state?.problem ? (
        <p className={styles['fault']}>
          {text('audit.proofProblem', { time: clockTime(state.problem.since, now), message: state.problem.message })}
        </p>
      ) : null}
      <p className={styles['hash']}>
        <span className="muted">{text('audit.leaf')}</span> <code className="mono">{leaf}</code>
      </p>
      {proof !== null && proof.length <= MOST_COPIED ? (
        <>
          <div>
            <Button variant="default" onClick={() => copy(proof, text('audit.proofName'))}>
              {text('audit.proofCopy')}
            </Button>
          </div>
          <p className={styles['hint']}>{text('audit.proofHint')}</p>
        </>
      ) : null}
    </div>
  )
}

const witnessText = ({ quorum, witnessed }: LogState, index: number): string => {
  if (quorum === 0) return text('audit.proofNoWitnesses')
  return text(witnessed !== null && witnessed.size > index ? 'audit.proofCosigned' : 'audit.proofNotCosigned')
}
