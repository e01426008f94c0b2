import type { AgentStatus } from '../../../shared/local-api.ts'
import { text } from '../../texts/text.ts'

export const FirstRun = ({ status }: { readonly status: AgentStatus }) => (
  <main>
    <h1>{text('firstRun.title')}</h1>
    <p>{status.state}</p>
  </main>
)
