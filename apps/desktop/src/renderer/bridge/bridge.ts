/** How the renderer reaches its host: the one thing every screen stands on. */
import { SallyportError } from '@sallyport/protocol/errors'
import { createContext, useContext } from 'react'
import type { AppAnswer, AppEvent } from '../../shared/app-messages.ts'
import type { AppMethodName, AppParams, AppPort, AppResult } from '../../shared/app-api.ts'

export interface Bridge {
  /** Throws `SallyportError`; `agent_unreachable` when there is no agent to answer. */
  call<Name extends AppMethodName>(method: Name, params: AppParams<Name>): Promise<AppResult<Name>>
  /** Returns how to stop listening. */
  subscribe(listener: (event: AppEvent) => void): () => void
}

/** Numbers the requests of a port and turns its answers into results and errors. The host parsed both ways. */
export const bridgeOf = (port: AppPort): Bridge => {
  let next = 0
  return {
    call: async (method, params) => resultOf(await port.send({ id: next++, method, params })) as AppResult<typeof method>,
    subscribe: (listener) => port.listen(listener),
  }
}

const resultOf = (answer: AppAnswer): unknown => {
  if ('result' in answer) return answer.result
  const { code, message, details } = answer.error
  throw new SallyportError(code, { message, ...(details ? { details } : {}) })
}

const BridgeContext = createContext<Bridge | null>(null)
export const BridgeProvider = BridgeContext.Provider

export const useBridge = (): Bridge => {
  const bridge = useContext(BridgeContext)
  if (!bridge) throw new Error('There is no bridge above this component.')
  return bridge
}
