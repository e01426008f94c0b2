/** The program that began: where its code goes, and whether it is the one that brings the code back. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FlowReceiver } from './store.ts'

/** How the code gets to who began: by sending the browser there, or by the person, who is shown it. */
export type CodeDelivery = { readonly to: string } | { readonly shown: string }

/** The browser is always sent to its own computer, on the port that was named when the flow began. */
export const deliveryOf = ({ redirectPort, state }: Pick<FlowReceiver, 'redirectPort' | 'state'>, code: string): CodeDelivery =>
  redirectPort === null
    ? { shown: code }
    : { to: `http://127.0.0.1:${redirectPort}/?code=${encodeURIComponent(code)}&state=${encodeURIComponent(state)}` }

/** RFC 7636 §4.6, S256. */
export const isVerifier = (receiver: Pick<FlowReceiver, 'codeChallenge'>, verifier: string): boolean => {
  const challenge = createHash('sha256').update(verifier, 'ascii').digest('base64url')
  return (
    challenge.length === receiver.codeChallenge.length &&
    timingSafeEqual(Buffer.from(challenge), Buffer.from(receiver.codeChallenge))
  )
}
