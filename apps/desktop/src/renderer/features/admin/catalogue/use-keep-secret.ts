/** Keeps what was given as a secret: sealed in the vault, or as a note of where in a third-party store it lies. */
import { useBridge } from '../../../bridge/bridge.ts'
import { useChange } from '../../../data/use-route.ts'
import { adminLists } from '../change/plan.ts'
import { bindingOf, sealSecret, type SealingTarget } from '../data/seal-secret.ts'
import type { GivenSecret } from './secret-kinds.ts'

interface Kept {
  readonly given: GivenSecret
  /** Who the credential is on the resource. */
  readonly account: string
}

export const useKeepSecret = (resource: SealingTarget) => {
  const bridge = useBridge()
  const create = useChange('createSecret')
  const createStored = useChange('createStoredSecret')
  const replace = useChange('replaceSecret', adminLists)
  const replaceByStored = useChange('replaceByStoredSecret', adminLists)

  const storedBody = async ({ store, path, field }: Extract<GivenSecret, { kind: 'stored' }>) => ({
    ...(await bindingOf(resource)),
    store,
    path,
    field,
  })
  return {
    /** A new secret. */
    keep: async ({ given, account }: Kept) =>
      given.kind === 'stored'
        ? createStored.mutateAsync({ body: await storedBody(given) })
        : create.mutateAsync({ body: await sealSecret(bridge, resource, { typed: given, account }) }),
    /** A new version of a secret. */
    replace: async (secret: string, { given, account }: Kept) => {
      const parameters = { secret }
      return given.kind === 'stored'
        ? replaceByStored.mutateAsync({ parameters, body: await storedBody(given) })
        : replace.mutateAsync({ parameters, body: await sealSecret(bridge, resource, { typed: given, account }) })
    },
  }
}
