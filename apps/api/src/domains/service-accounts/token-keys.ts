/**
 * The keys under which tokens of service accounts verify, as the vault publishes them. Every call needs one, so that they are kept
 * for seconds; a key that is not known is asked for at once, and none is used after the moment at which it retires.
 */
import type { VaultLink } from '../../links/index.ts'

type TokenKey = Awaited<ReturnType<VaultLink['tokenKeys']>>['keys'][number]

export interface TokenKeyring {
  /** SubjectPublicKeyInfo (DER) of an ES256 key; null when the vault publishes none of this id. Throws `vault_unavailable`. */
  find(organization: string, id: string): Promise<Uint8Array | null>
}

/** Milliseconds after the vault was asked. */
const MAX_AGE = 10_000
const MAX_ORGANIZATIONS = 1000

interface Known {
  readonly until: number
  readonly keys: Promise<readonly TokenKey[]>
}

export const tokenKeyring = ({
  ask,
  clock,
}: {
  readonly ask: VaultLink['tokenKeys']
  readonly clock: () => number
}): TokenKeyring => {
  const known = new Map<string, Known>()

  const forget = (organization: string, asked: Known): void => {
    if (known.get(organization) === asked) known.delete(organization)
  }
  const askAgain = (organization: string): Known => {
    if (known.size >= MAX_ORGANIZATIONS) known.clear()
    const asked: Known = { until: clock() + MAX_AGE, keys: ask({ organization }).then(({ keys }) => keys) }
    known.set(organization, asked)
    asked.keys.catch(() => forget(organization, asked))
    return asked
  }
  const pick = async ({ keys }: Known, id: string): Promise<Uint8Array | null> => {
    const key = (await keys).find((each) => each.id === id && each.algorithm === 'ES256')
    return key !== undefined && (key.retiresAt === null || Date.parse(key.retiresAt) > clock()) ? key.publicKey : null
  }
  return {
    async find(organization, id) {
      const before = known.get(organization)
      const present = before !== undefined && before.until > clock() ? before : null
      const found = present === null ? null : await pick(present, id)
      return found ?? pick(askAgain(organization), id)
    },
  }
}
