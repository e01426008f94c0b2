/** What the log says of an entry that it holds: its number, and the signed head that covers it. */
import { Button } from '@mantine/core'
import type { SallyportError } from '@sallyport/protocol/errors'
import type { ReactNode } from 'react'
import { text } from '../texts/text.ts'
import { useCopy } from './copy-button.tsx'
import styles from './entry-proof.module.css'
import { errorText } from './error-text.ts'
import { headSizeOf } from './head-size.ts'
import { count } from './numbers.ts'
import { Status } from './status.tsx'

/** What a clipboard takes at once, in characters. */
const MOST_COPIED = 60_000

interface Proven {
  readonly index: number
  readonly leaf: string
  readonly proof: string | null
}

interface EntryProofProps {
  readonly answer: { readonly data: Proven | undefined; readonly error: SallyportError | null }
  /** What else is known of it. */
  readonly children?: ReactNode
}

export const EntryProof = ({ answer, children }: EntryProofProps) => {
  const copy = useCopy()
  if (answer.error) return <ProofFault>{errorText(answer.error).message}</ProofFault>
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
      {children}
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

export const ProofFault = ({ children }: { readonly children: ReactNode }) => <p className={styles['fault']}>{children}</p>
