/** Why I cannot connect to something now: the same rules that decide when I do. */
import { useRoute } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { ReasonList } from '../../ui/reason-list.tsx'
import { PanelSection } from '../../ui/side-panel.tsx'

export const WhyNot = ({ credential }: { readonly credential: string }) => {
  const answer = useRoute('explainMyAccess', { query: { credential } }).data
  if (!answer) return null
  const { allowed, reasons } = answer
  return (
    <PanelSection label={text(allowed ? 'requests.whyReached' : 'requests.whyNotReached')}>
      <ReasonList reasons={allowed ? reasons : reasons.filter(({ holds }) => !holds)} />
    </PanelSection>
  )
}
