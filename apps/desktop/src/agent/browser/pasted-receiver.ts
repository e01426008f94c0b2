/** Waits for the one-time code that a page shows, and that the person pastes. */
import { SallyportError } from '@sallyport/protocol'
import { CODE, type CodeReceiver, PATIENCE } from './code.ts'
import { newProofKey } from './proof-key.ts'

export const receivePasted = (patience = PATIENCE): CodeReceiver => {
  const { verifier, state, codeChallenge } = newProofKey()
  const arrived = Promise.withResolvers<string>()
  arrived.promise.catch(() => {})
  const close = (): void => {
    clearTimeout(timer)
    arrived.reject(new SallyportError('browser_unfinished'))
  }
  const timer = setTimeout(close, patience)
  timer.unref()
  return {
    receiver: { redirectPort: null, state, codeChallenge },
    verifier,
    code: arrived.promise,
    give: (pasted) => {
      // Terminals and messages break lines and add spaces.
      const code = pasted.replaceAll(/\s/g, '')
      if (!CODE.test(code)) {
        throw new SallyportError('browser_code_invalid', { message: 'This is not the whole code that the page shows.' })
      }
      arrived.resolve(code)
    },
    leadTo: () => {},
    close,
  }
}
