/** How much there is about a person. */
import { useRoute } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { Facts } from '../../../ui/facts.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { count } from '../../../ui/numbers.ts'

/** @param user id. */
export const useHeldData = (user: string) => useRoute('getPersonalData', { parameters: { user } })

export const HeldData = ({ user }: { readonly user: string }) => {
  const held = useHeldData(user).data
  if (!held) return null
  return (
    <Facts
      facts={[
        [text('users.eraseRecords'), count(held.tables.reduce((sum, { rows }) => sum + rows, 0))],
        [text('users.eraseActivity'), <Moment at={held.lastActivityAt} />],
      ]}
    />
  )
}
