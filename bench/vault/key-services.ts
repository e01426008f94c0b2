/** Where a vault's root key can be, each as an API is told it. Services of clouds are fakes below the vendors' own clients, over TLS. */
import {
  makeFakeTls,
  makeSoftHsm,
  softHsmEnvironment,
  softHsmSkipReason,
  startFakeAwsKms,
  startFakeAzureKeyVault,
  startFakeGoogleKms,
  startFakeTransitEngine,
} from '@sallyport/testkit'
import type { VaultSubject } from '../results/result.ts'

export interface KeyService {
  readonly environment: Readonly<Record<string, string>>
  /** Requests that came to it; null: it is no server. */
  readonly calls: (() => number) | null
  readonly close: () => Promise<void>
}

const KEY = 'root'
const noServer = { calls: null, close: async () => undefined } as const

/** `folder`: an empty one. A text: why it cannot be here. */
export const keyServices: Readonly<Record<VaultSubject, (folder: string) => Promise<KeyService | string>>> = {
  'vault-local': async () => ({ environment: {}, ...noServer }),
  'vault-pkcs11': async (folder) => {
    const missing = softHsmSkipReason()
    if (missing !== null) return missing
    const token = await makeSoftHsm(folder)
    await token.createKey(KEY)
    return { environment: softHsmEnvironment(token, KEY), ...noServer }
  },
  'vault-aws': async (folder) => {
    const { server, environment, createKey } = await startFakeAwsKms(await makeFakeTls(folder))
    return { environment: environment(createKey()), calls: server.count, close: server.close }
  },
  'vault-google': async (folder) => {
    const { server, environment, createKey } = await startFakeGoogleKms(await makeFakeTls(folder))
    return { environment: await environment(createKey(KEY), folder), calls: server.count, close: server.close }
  },
  'vault-azure': async (folder) => {
    const { server, environment, createKey, close } = await startFakeAzureKeyVault(folder)
    createKey(KEY)
    return { environment: environment(KEY), calls: server.count, close }
  },
  'vault-transit': async (folder) => {
    const { server, environment, createKey } = await startFakeTransitEngine(folder)
    return { environment: environment(createKey(KEY)), calls: server.count, close: server.close }
  },
}
