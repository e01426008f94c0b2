/** The options that say where a third-party store is, and how gateways sign in there. */
import { type StoreKind, storeLocation, type StoreLocation } from '@sallyport/protocol'
import { fileContents } from '../parameters/files.ts'
import { invalid } from '../parameters/invalid.ts'
import { flag, option, requiredOption, type ValuesOf } from '../parameters/parameter.ts'
import { choice, text } from '../parameters/readers.ts'

const kinds: readonly StoreKind[] = ['vault', 'aws', 'google', 'azure']

export const storeKindNames: Readonly<Record<StoreKind, string>> = {
  vault: 'HashiCorp Vault or OpenBao',
  aws: 'AWS Secrets Manager',
  google: 'Google Secret Manager',
  azure: 'Azure Key Vault',
}

export const storeOptions = {
  kind: requiredOption('kind <kind>', 'vault (OpenBao as well), aws, google or azure', choice(kinds)),
  address: option('address <url>', 'vault, azure: https://host[:port]', text),
  authority: option(
    'ca-file <file>',
    'vault: trusts certificates of this CA (PEM); without it those of the system',
    fileContents,
  ),
  namespace: option('namespace <name>', 'vault: its namespace', text),
  engine: option('engine <kv|database>', 'vault: what is asked; kv (version 2) if not given', choice(['kv', 'database'])),
  mount: option('mount <path>', 'vault: where that engine is mounted; secret, or database, if not given', text),
  signInMount: option('jwt-mount <path>', 'vault: where the JWT method is mounted; jwt if not given', text),
  signInRole: option('jwt-role <name>', 'vault: the role of the JWT method', text),
  rotationRole: option(
    'jwt-rotation-role <name>',
    'vault: the role for rotations, which alone may write; the same if not given',
    text,
  ),
  gatewayTrusted: flag('gateway-trusted', 'vault: gateways keep a token of their own, because it cannot check those of leases'),
  region: option('region <region>', 'aws: region of its secrets', text),
  role: option('role-arn <arn>', 'aws: the role that gateways assume', text),
  audience: option('audience <text>', 'vault, aws: what tokens are for; its address, or sts.amazonaws.com, if not given', text),
  provider: option('provider <name>', 'google: projects/…/locations/global/workloadIdentityPools/…/providers/…', text),
  serviceAccount: option('service-account <e-mail>', 'google: the service account that reads', text),
  tenant: option('tenant <name>', 'azure: the tenant of Microsoft Entra', text),
  client: option('client-id <id>', 'azure: the application of the federated credential', text),
  rotationClient: option(
    'rotation-client-id <id>',
    'azure: the application of rotations, which alone may write; the same if not given',
    text,
  ),
}

type Given = ValuesOf<typeof storeOptions>

const needed = (value: string | undefined, usage: string, kind: StoreKind): string => {
  if (value === undefined) throw invalid(`A store of the kind ${kind} needs --${usage}.`)
  return value
}

const signInOf = (given: Given, address: string) =>
  given.gatewayTrusted
    ? { kind: 'gateway' }
    : {
        kind: 'token',
        mount: given.signInMount ?? 'jwt',
        role: needed(given.signInRole, 'jwt-role', 'vault'),
        audience: given.audience ?? address,
        ...(given.rotationRole === undefined ? {} : { rotationRole: given.rotationRole }),
      }

const fieldsOf = (given: Given): object => {
  const { kind, engine = 'kv' } = given
  switch (kind) {
    case 'vault': {
      const address = needed(given.address, 'address', kind)
      return {
        address,
        authority: given.authority ?? '',
        namespace: given.namespace ?? null,
        engine,
        mount: given.mount ?? (engine === 'kv' ? 'secret' : 'database'),
        signIn: signInOf(given, address),
      }
    }
    case 'aws':
      return {
        region: needed(given.region, 'region', kind),
        role: needed(given.role, 'role-arn', kind),
        audience: given.audience ?? 'sts.amazonaws.com',
      }
    case 'google':
      return { provider: needed(given.provider, 'provider', kind), serviceAccount: given.serviceAccount ?? null }
    case 'azure':
      return {
        address: needed(given.address, 'address', kind),
        authority: 'https://login.microsoftonline.com',
        tenant: needed(given.tenant, 'tenant', kind),
        client: needed(given.client, 'client-id', kind),
        ...(given.rotationClient === undefined ? {} : { rotationClient: given.rotationClient }),
      }
  }
}

/** Throws `invalid_request` for what is missing or malformed. */
export const storeLocationOf = (given: Given): StoreLocation => {
  const parsed = storeLocation.safeParse({ kind: given.kind, ...fieldsOf(given) })
  if (parsed.success) return parsed.data
  const wrong = parsed.error.issues.map(({ path }) => path.join('.')).join(', ')
  throw invalid(`This does not fit the kind ${given.kind}: ${wrong}.`)
}

export const storeLocationText = (location: StoreLocation): string => {
  switch (location.kind) {
    case 'vault':
      return `${location.address}, ${location.engine} at ${location.mount}`
    case 'aws':
      return `${location.region}, as ${location.role}`
    case 'google':
      return location.provider
    case 'azure':
      return location.address
  }
}
