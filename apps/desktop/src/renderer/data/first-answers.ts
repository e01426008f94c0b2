/** What the frame and the first screen show is asked for before anything is drawn: then they are drawn once, as they will be. */
import type { QueryClient } from '@tanstack/react-query'
import type { Bridge } from '../bridge/bridge.ts'
import { methodKey } from './use-method.ts'

const FIRST = ['lockState', 'status', 'host', 'preferences', 'credentials'] as const
/** Milliseconds after which the frame is drawn without them: the agent may be slow, or gone. */
const LONGEST = 200

/** Never rejects: whoever shows an answer asks again, and shows what went wrong. */
export const firstAnswers = async (bridge: Bridge, queries: QueryClient): Promise<void> => {
  const answers = FIRST.map((name) =>
    queries.prefetchQuery({ queryKey: methodKey(name, {}), queryFn: () => bridge.call(name, {}) }),
  )
  await Promise.race([Promise.all(answers), new Promise((resolve) => setTimeout(resolve, LONGEST))])
}
