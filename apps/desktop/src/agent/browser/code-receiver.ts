/** How the one-time code of a page comes to the agent: by the browser beside it, or by the person from another computer. */
import type { CodeReceiver } from './code.ts'
import { receiveRedirected } from './loopback-receiver.ts'
import { receivePasted } from './pasted-receiver.ts'

/** `paste`: the browser is on another computer, and the page shows the code. */
export const receiveCode = async (paste: boolean): Promise<CodeReceiver> => (paste ? receivePasted() : receiveRedirected())
