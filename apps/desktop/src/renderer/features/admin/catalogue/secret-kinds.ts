/** The kinds of secret that can be typed, each with its fields. Pure. */
import { text } from '../../../texts/text.ts'
import type { TypedSecret } from '../data/seal-secret.ts'

export type SecretKind = TypedSecret['kind']

export interface SecretField {
  readonly name: string
  readonly label: () => string
  readonly hint?: () => string
  /** `secret` shows dots; `pem` takes several lines. */
  readonly form: 'secret' | 'pem' | 'plain'
  readonly most: number
  /** What is wrong with it, beside the others; null: nothing. */
  readonly fault?: (value: string, all: ReadonlyMap<string, string>) => string | null
}

interface Kind {
  readonly label: () => string
  readonly fields: readonly SecretField[]
  readonly typed: (valueOf: (name: string) => string) => TypedSecret
}

const MAX_PASSWORD = 3000
const MAX_CERTIFICATE = 32 * 1024
const MAX_KEY = 12 * 1024

const password: readonly SecretField[] = [
  { name: 'password', label: () => text('catalogue.password'), form: 'secret', most: MAX_PASSWORD },
  {
    name: 'again',
    label: () => text('catalogue.passwordAgain'),
    form: 'secret',
    most: MAX_PASSWORD,
    fault: (value, all) => (value === all.get('password') ? null : text('catalogue.passwordDifferent')),
  },
]

const holds = (label: string, message: () => string) => (content: string) =>
  content.includes(`${label}-----`) ? null : message()

export const secretKinds: Readonly<Record<SecretKind, Kind>> = {
  'password': {
    label: () => text('catalogue.secretPassword'),
    fields: password,
    typed: (valueOf) => ({ kind: 'password', password: valueOf('password') }),
  },
  'certificate': {
    label: () => text('catalogue.secretCertificate'),
    fields: [
      {
        name: 'certificate',
        label: () => text('catalogue.certificate'),
        form: 'pem',
        most: MAX_CERTIFICATE,
        fault: holds('CERTIFICATE', () => text('catalogue.certificateError')),
      },
      {
        name: 'key',
        label: () => text('catalogue.privateKey'),
        form: 'pem',
        most: MAX_KEY,
        fault: holds('PRIVATE KEY', () => text('catalogue.privateKeyError')),
      },
    ],
    typed: (valueOf) => ({ kind: 'certificate', certificate: valueOf('certificate'), privateKey: valueOf('key') }),
  },
  'aws-iam': {
    label: () => text('catalogue.secretIam'),
    fields: [
      {
        name: 'region',
        label: () => text('catalogue.iamRegion'),
        hint: () => text('catalogue.iamRegionHint'),
        form: 'plain',
        most: 32,
      },
      { name: 'id', label: () => text('catalogue.iamKeyId'), form: 'plain', most: 128 },
      { name: 'key', label: () => text('catalogue.iamKey'), form: 'secret', most: 256 },
    ],
    typed: (valueOf) => ({
      kind: 'aws-iam',
      region: valueOf('region').trim(),
      accessKeyId: valueOf('id').trim(),
      secretAccessKey: valueOf('key'),
    }),
  },
  'temporary-user': {
    label: () => text('catalogue.secretTemporary'),
    fields: [
      {
        name: 'administrator',
        label: () => text('catalogue.administrator'),
        hint: () => text('catalogue.administratorHint'),
        form: 'plain',
        most: 256,
      },
      ...password,
    ],
    typed: (valueOf) => ({
      kind: 'temporary-user',
      administrator: valueOf('administrator').trim(),
      password: valueOf('password'),
    }),
  },
}

/** The first field with something wrong, and what. */
export const secretFault = (
  kind: SecretKind,
  all: ReadonlyMap<string, string>,
): { readonly field: string; readonly message: string } | null => {
  for (const { name, fault } of secretKinds[kind].fields) {
    const value = all.get(name) ?? ''
    const message = value === '' ? text('admin.required') : (fault?.(value, all) ?? null)
    if (message !== null) return { field: name, message }
  }
  return null
}
