/** Asking for access: `/requests` shows what was asked, `/requests/ask` what may be asked for. */
import { useLocation } from 'wouter'
import { AskPage } from './ask-page.tsx'
import { MinePage } from './mine-page.tsx'

export const RequestsPage = () => {
  const [location] = useLocation()
  const [, , view, opened] = location.split('/')
  return view === 'ask' ? <AskPage opened={opened ?? null} /> : <MinePage opened={view ?? null} />
}
