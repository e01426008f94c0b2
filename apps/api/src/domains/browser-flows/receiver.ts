/** The program that began: where its code goes, and whether it is the one that brings the code back. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FlowReceiver } from './store.ts'

/** The address to which the page sends the browser. Always this computer, on the port that was named when the flow began. */
export const redirectTo = (receiver: Pick<FlowReceiver, 'redirectPort' | 'state'>, code: string): string =>
  `http://127.0.0.1:${receiver.redirectPort}/?code=${encodeURIComponent(code)}&state=${encodeURIComponent(receiver.state)}`

/** RFC 7636 §4.6, S256. */
export const isVerifier = (receiver: Pick<FlowReceiver, 'codeChallenge'>, verifier: string): boolean => {
  const challenge = createHash('sha256').update(verifier, 'ascii').digest('base64url')
  return (
    challenge.length === receiver.codeChallenge.length &&
    timingSafeEqual(Buffer.from(challenge), Buffer.from(receiver.codeChallenge))
  )
}
