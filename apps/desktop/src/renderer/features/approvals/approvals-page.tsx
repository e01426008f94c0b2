/** Deciding on what others ask for: what waits, emergencies to review, what was decided; for administrators all of it, and the rules. */
import { useLocation } from 'wouter'
import { AllPage } from './all-page.tsx'
import { DecidedPage } from './decided-page.tsx'
import { ReviewsPage } from './reviews-page.tsx'
import { RulePage } from './rule-page.tsx'
import { RulesPage } from './rules-page.tsx'
import { WaitingPage } from './waiting-page.tsx'

export const ApprovalsPage = () => {
  const [location] = useLocation()
  const [, , view = '', opened = null] = location.split('/')
  switch (view) {
    case 'reviews':
      return <ReviewsPage opened={opened} />
    case 'decided':
      return <DecidedPage opened={opened} />
    case 'all':
      return <AllPage opened={opened} />
    case 'rules':
      return opened === null ? <RulesPage /> : <RulePage key={opened} id={opened} />
    default:
      return <WaitingPage opened={view === '' ? null : view} />
  }
}
