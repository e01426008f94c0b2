/** How the entry is held by the log: its number, the signed head that covers it, and who else has seen that head. */
import type { AuditRow, LogState } from '@sallyport/protocol/api'
import { useRoute } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { EntryProof, ProofFault } from '../../ui/entry-proof.tsx'
import { Status } from '../../ui/status.tsx'
import { clockTime, useNow } from '../../ui/time.ts'

export const Proof = ({ entry, row }: { readonly entry: string; readonly row: AuditRow }) => {
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
  return (
    <EntryProof answer={answer}>
      {state && answer.data ? <p>{witnessText(state, answer.data.index)}</p> : null}
      {state?.problem ? (
        <ProofFault>
          {text('audit.proofProblem', { time: clockTime(state.problem.since, now), message: state.problem.message })}
        </ProofFault>
      ) : null}
    </EntryProof>
  )
}

const witnessText = ({ quorum, witnessed }: LogState, index: number): string => {
  if (quorum === 0) return text('audit.proofNoWitnesses')
  return text(witnessed !== null && witnessed.size > index ? 'audit.proofCosigned' : 'audit.proofNotCosigned')
}
