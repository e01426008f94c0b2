/** What tests of drivers stand on: HTTPS to loopback under an authority of their own, and an issuer of tokens. */
import { randomUUID } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import { makeAuthority, makeTokenIssuer } from '@sallyport/testkit'
import { AddressRules } from '../upstream/address-rules.ts'
import { sendingToStores } from './send.ts'
import type { StoreServices } from './store.ts'

export interface StoreWorld {
  readonly issuer: ReturnType<typeof makeTokenIssuer>
  readonly gateway: string
  /** PEM. */
  readonly authority: string
  /** Of 127.0.0.1. */
  readonly tls: { readonly key: string; readonly cert: string }
  readonly services: StoreServices
}

export const storeWorld = async (): Promise<StoreWorld> => {
  const authority = await makeAuthority()
  const rules = new AddressRules({ allowed: [], allowLoopback: true, ownListener: () => null })
  return {
    issuer: makeTokenIssuer(),
    gateway: randomUUID(),
    authority: authority.ca,
    tls: await authority.issue({ ipAddresses: ['127.0.0.1'] }),
    services: { send: sendingToStores(rules, (host) => Promise.resolve([host])), onLeft: () => undefined },
  }
}

/** The code of a refusal; `done` when there was none. Throws when the refusal, with all its causes, tells the secret or the token. */
export const codeOf = async (work: Promise<unknown>, ...unsaid: readonly string[]): Promise<string> => {
  try {
    await work
    return 'done'
  } catch (error) {
    for (let at = error; at instanceof Error; at = at.cause) {
      const said = `${at.message} ${JSON.stringify(at)}`
      if (unsaid.some((text) => said.includes(text))) throw new Error('an error tells what it must not', { cause: error })
    }
    return error instanceof SallyportError ? error.code : String(error)
  }
}
