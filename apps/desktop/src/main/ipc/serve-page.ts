/**
 * Requests of the page, as the main process lets them in: from our page in the main frame of our window, of bounded size and
 * number. What they ask is parsed and answered by `host/answer-app.ts`.
 */
import { SallyportError } from '@sallyport/protocol'
import { type AppAnswer, MAX_APP_MESSAGE } from '../../shared/app-messages.ts'
import { isOwnPage } from './page-address.ts'

const MAX_UNANSWERED = 64

/** Who sent a message, as far as the system tells. */
export interface Sender {
  /** Address of the frame; null: it is gone. */
  readonly frame: string | null
  /** Whether it is the main frame of a window that we opened. */
  readonly ours: boolean
}

export interface PageServices {
  readonly answer: (message: unknown) => Promise<AppAnswer>
  /** Somebody who is not our page spoke to us, or it said something that is no request. */
  readonly onForged: (why: string) => void
}

export const isFromOurPage = ({ frame, ours }: Sender): boolean => ours && frame !== null && isOwnPage(frame)

/** Rejects, with nothing but a code, what is not from our page or is no request. */
export const servePage = ({ answer, onForged }: PageServices): ((sender: Sender, message: unknown) => Promise<AppAnswer>) => {
  let unanswered = 0
  const refuse = (code: 'forbidden' | 'payload_too_large' | 'rate_limited' | 'protocol_error', why: string): never => {
    onForged(why)
    throw new SallyportError(code)
  }
  return async (sender, message) => {
    if (!isFromOurPage(sender))
      return refuse('forbidden', `a message from ${sender.frame?.slice(0, 200) ?? 'a frame that is gone'}`)
    if (lengthOf(message) > MAX_APP_MESSAGE) return refuse('payload_too_large', 'a message that is too long')
    if (unanswered >= MAX_UNANSWERED) return refuse('rate_limited', 'more requests than are answered')
    unanswered += 1
    try {
      return await answer(message)
    } catch {
      return refuse('protocol_error', 'a message that is no request')
    } finally {
      unanswered -= 1
    }
  }
}

/** Of its JSON in characters; infinite for what has none: the contract knows plain data only. */
const lengthOf = (message: unknown): number => {
  try {
    return JSON.stringify(message)?.length ?? Number.POSITIVE_INFINITY
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
