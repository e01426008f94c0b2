/** What the form of a third-party store holds, and how that becomes its location. Pure. */
import { issuerAddress, type StoreKind, storeLocation, type StoreLocation } from '@sallyport/protocol'
import { text } from '../../../texts/text.ts'
import { needed } from '../parts/validation.ts'

export interface StoreValues {
  readonly name: string
  readonly kind: StoreKind
  readonly address: string
  readonly authority: string
  readonly namespace: string
  readonly engine: 'kv' | 'database'
  readonly mount: string
  readonly trust: 'token' | 'gateway'
  readonly signInMount: string
  readonly signInRole: string
  readonly rotationRole: string
  readonly audience: string
  readonly region: string
  readonly role: string
  readonly provider: string
  readonly serviceAccount: string
  readonly cloud: string
  readonly tenant: string
  readonly client: string
  readonly rotationClient: string
  readonly issuer: string
}

/** Where Microsoft Entra is, by cloud. */
export const CLOUDS = {
  global: 'https://login.microsoftonline.com',
  government: 'https://login.microsoftonline.us',
  china: 'https://login.partner.microsoftonline.cn',
} as const

const AWS_AUDIENCE = 'sts.amazonaws.com'
export const usualMount = { kv: 'secret', database: 'database' } as const

export const newStore: StoreValues = {
  name: '',
  kind: 'vault',
  address: '',
  authority: '',
  namespace: '',
  engine: 'kv',
  mount: usualMount.kv,
  trust: 'token',
  signInMount: 'jwt',
  signInRole: '',
  rotationRole: '',
  audience: '',
  region: '',
  role: '',
  provider: '',
  serviceAccount: '',
  cloud: CLOUDS.global,
  tenant: '',
  client: '',
  rotationClient: '',
  issuer: '',
}

const orNull = (typed: string): string | null => (typed.trim() === '' ? null : typed.trim())

/** A slash at the end is how browsers show addresses. */
const originOf = (typed: string): string => typed.trim().replace(/\/$/, '')

const unlessEmpty = (name: 'rotationRole' | 'rotationClient', values: StoreValues): object =>
  values[name].trim() === '' ? {} : { [name]: values[name].trim() }

const candidateOf = (values: StoreValues): object => {
  const { kind } = values
  const address = originOf(values.address)
  switch (kind) {
    case 'vault': {
      const { trust, engine } = values
      const audience = orNull(values.audience) ?? address
      const signIn =
        trust === 'gateway'
          ? { kind: 'gateway' }
          : {
              kind: 'token',
              mount: values.signInMount.trim(),
              role: values.signInRole.trim(),
              audience,
              ...unlessEmpty('rotationRole', values),
            }
      const { authority, namespace, mount } = values
      return { kind, address, authority: authority.trim(), namespace: orNull(namespace), engine, mount: mount.trim(), signIn }
    }
    case 'aws':
      return { kind, region: values.region.trim(), role: values.role.trim(), audience: orNull(values.audience) ?? AWS_AUDIENCE }
    case 'google':
      return { kind, provider: values.provider.trim(), serviceAccount: orNull(values.serviceAccount) }
    case 'azure':
      return {
        kind,
        address,
        authority: values.cloud,
        tenant: values.tenant.trim(),
        client: values.client.trim(),
        ...unlessEmpty('rotationClient', values),
      }
  }
}

/** Throws what the schema finds; {@link storeFaults} says it at the fields before. */
export const locationOf = (values: StoreValues): StoreLocation => storeLocation.parse(candidateOf(values))

/** Where the form has another name for something than the location, or another one for something within it. */
const FIELDS: Readonly<Record<string, keyof StoreValues>> = {
  'signIn.mount': 'signInMount',
  'signIn.role': 'signInRole',
  'signIn.audience': 'audience',
  'signIn.rotationRole': 'rotationRole',
}

/** What is wrong, by field. */
export const storeFaults = (values: StoreValues): Partial<Record<keyof StoreValues, string>> => {
  const faults: Partial<Record<keyof StoreValues, string>> = {}
  const note = (field: keyof StoreValues): void => {
    faults[field] = needed(values[field]) ?? text('stores.malformed')
  }
  const parsed = storeLocation.safeParse(candidateOf(values))
  for (const { path } of parsed.success ? [] : parsed.error.issues) {
    const name = path.join('.')
    // Left empty it is the address, which says itself what is wrong.
    if (name === 'signIn.audience' && values.audience.trim() === '') continue
    note(FIELDS[name] ?? (values.kind === 'azure' && name === 'authority' ? 'cloud' : (name as keyof StoreValues)))
  }
  if (values.issuer.trim() !== '' && !issuerAddress.safeParse(originOf(values.issuer)).success) note('issuer')
  if (needed(values.name)) note('name')
  return faults
}

export const issuerOf = ({ issuer }: StoreValues): { readonly issuer?: string } =>
  issuer.trim() === '' ? {} : { issuer: originOf(issuer) }
