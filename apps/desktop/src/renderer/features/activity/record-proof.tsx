/** How the record is held by the log, by way of the batch in which its gateway sent it. Asked for by a click: the batch is read anew. */
import { useState } from 'react'
import { useRoute } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { EntryProof } from '../../ui/entry-proof.tsx'
import { TextLink } from '../../ui/text-link.tsx'

export const RecordProof = ({ record }: { readonly record: string }) => {
  const [wanted, setWanted] = useState(false)
  const answer = useRoute('proveActivity', { parameters: { record } }, { enabled: wanted })
  if (!wanted) return <TextLink onClick={() => setWanted(true)}>{text('activity.showProof')}</TextLink>
  return (
    <EntryProof answer={answer}>
      <p>{text(answer.data?.lines === null ? 'activity.proofWithoutLines' : 'activity.proofWithLines')}</p>
    </EntryProof>
  )
}
