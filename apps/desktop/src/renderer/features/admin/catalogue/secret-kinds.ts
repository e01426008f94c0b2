/** The kinds of secret that can be typed, each with its fields. Pure. */
import { storePath } from '@sallyport/protocol'
import { text } from '../../../texts/text.ts'
import type { TypedSecret } from '../data/seal-secret.ts'
import { holds, type SealedField } from '../parts/sealed-field.ts'

/** Where in a third-party store a secret lies. */
interface StoredSecret {
  readonly kind: 'stored'
  readonly store: string
  readonly path: string
  readonly field: string | null
}

/** A secret, or where it is. */
export type GivenSecret = TypedSecret | StoredSecret

export type SecretKind = TypedSecret['kind']

interface Kind {
  readonly label: () => string
  readonly hint?: () => string
  readonly fields: readonly SealedField[]
  readonly given: (valueOf: (name: string) => string) => GivenSecret
}

const MAX_PASSWORD = 3000
const MAX_CERTIFICATE = 32 * 1024
const MAX_KEY = 12 * 1024
const MAX_PATH = 512
const MAX_FIELD = 128

export const passwordFields: readonly SealedField[] = [
  { name: 'password', label: () => text('catalogue.password'), form: 'secret', most: MAX_PASSWORD },
  {
    name: 'again',
    label: () => text('catalogue.passwordAgain'),
    form: 'secret',
    most: MAX_PASSWORD,
    fault: (value, all) => (value === all.get('password') ? null : text('catalogue.passwordDifferent')),
  },
]

export const secretKinds: Readonly<Record<SecretKind, Kind>> = {
  'password': {
    label: () => text('catalogue.secretPassword'),
    fields: passwordFields,
    given: (valueOf) => ({ kind: 'password', password: valueOf('password') }),
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
    given: (valueOf) => ({ kind: 'certificate', certificate: valueOf('certificate'), privateKey: valueOf('key') }),
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
    given: (valueOf) => ({
      kind: 'aws-iam',
      region: valueOf('region').trim(),
      accessKeyId: valueOf('id').trim(),
      secretAccessKey: valueOf('key'),
    }),
  },
  'temporary-user': {
    label: () => text('catalogue.secretTemporary'),
    hint: () => text('catalogue.secretTemporaryHint'),
    fields: [
      {
        name: 'administrator',
        label: () => text('catalogue.administrator'),
        hint: () => text('catalogue.administratorHint'),
        form: 'plain',
        most: 256,
      },
      ...passwordFields,
      {
        name: 'owned',
        label: () => text('catalogue.owned'),
        hint: () => text('catalogue.ownedHint'),
        form: 'choice',
        options: () => [
          { value: 'drop', label: text('catalogue.ownedDrop') },
          { value: 'reassign', label: text('catalogue.ownedReassign') },
        ],
        most: 16,
      },
    ],
    given: (valueOf) => ({
      kind: 'temporary-user',
      administrator: valueOf('administrator').trim(),
      password: valueOf('password'),
      owned: valueOf('owned') === 'reassign' ? 'reassign' : 'drop',
    }),
  },
}

/** @param stores those that are known, the first of which is chosen. */
export const storedKind = (stores: readonly { readonly id: string; readonly label: string }[]): Kind => ({
  label: () => text('catalogue.secretStored'),
  hint: () => text('catalogue.secretStoredHint'),
  fields: [
    {
      name: 'store',
      label: () => text('catalogue.store'),
      form: 'choice',
      options: () => stores.map(({ id, label }) => ({ value: id, label })),
      most: 64,
    },
    {
      name: 'path',
      label: () => text('catalogue.storePath'),
      hint: () => text('catalogue.storePathHint'),
      form: 'plain',
      most: MAX_PATH,
      fault: (path) => (storePath.safeParse(path.trim()).success ? null : text('catalogue.storePathError')),
    },
    {
      name: 'field',
      label: () => text('catalogue.storeField'),
      hint: () => text('catalogue.storeFieldHint'),
      form: 'plain',
      most: MAX_FIELD,
      optional: true,
    },
  ],
  given: (valueOf) => ({
    kind: 'stored',
    store: valueOf('store'),
    path: valueOf('path').trim(),
    field: valueOf('field').trim() === '' ? null : valueOf('field').trim(),
  }),
})
