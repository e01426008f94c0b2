import { explanationText } from '../access/explanation-text.ts'
import { reachable } from '../access/reachable.ts'
import { argument } from '../parameters/parameter.ts'
import { routeCommand } from '../route-command.ts'

export const explainMineCommand = routeCommand({
  words: 'explain',
  route: 'explainMyAccess',
  summary: 'Says why you can or cannot connect to something',
  parameters: { credential: argument('credential', 'credential: resource/credential or id', reachable) },
  examples: ['sallyport explain shop-db/read-write'],
  input: (query) => ({ query }),
  answer: explanationText,
})
