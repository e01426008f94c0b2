/** Where a secret is typed, or where it is said in which third-party store it lies. */
import { NativeSelect } from '@mantine/core'
import { type RefObject, useImperativeHandle, useRef, useState } from 'react'
import { text } from '../../../texts/text.ts'
import { type Credential, useReadable } from '../data/names.ts'
import { type FieldReader, SealedFields } from '../parts/sealed-fields.tsx'
import { storeLabel } from '../stores/store-text.ts'
import { type GivenSecret, secretKinds, storedKind } from './secret-kinds.ts'

export interface SecretReader {
  /** What was given, or null when something is wrong, which the fields then say. Empties the fields when they were right. */
  take(): GivenSecret | null
}

interface SecretFieldsProps {
  readonly reader: RefObject<SecretReader | null>
  /** What it was until now; nothing for one that is new. */
  readonly present?: Pick<Credential, 'kind' | 'stored'>
}

export const SecretFields = ({ reader, present }: SecretFieldsProps) => {
  const stores = useReadable('listStores', 'resources.read').items
  const [chosen, setChosen] = useState<string>(present?.stored ? 'stored' : (present?.kind ?? 'password'))
  const fields = useRef<FieldReader>(null)
  const kinds = {
    ...secretKinds,
    ...(stores.length > 0 ? { stored: storedKind(stores.map((store) => ({ id: store.id, label: storeLabel(store) }))) } : {}),
  }
  const kind = kinds[chosen as keyof typeof kinds] ?? secretKinds.password
  useImperativeHandle(reader, () => ({
    take: () => {
      const values = fields.current?.take()
      return values ? kind.given((name) => values.get(name) ?? '') : null
    },
  }))
  const stored = present?.stored
  return (
    <>
      <NativeSelect
        label={text('catalogue.secretKind')}
        description={kind.hint?.()}
        value={chosen in kinds ? chosen : 'password'}
        onChange={({ currentTarget }) => setChosen(currentTarget.value)}
        data={Object.entries(kinds).map(([value, { label }]) => ({ value, label: label() }))}
      />
      <SealedFields
        key={chosen}
        reader={fields}
        fields={kind.fields}
        focused
        {...(stored ? { present: { store: stored.store, path: stored.path, field: stored.field ?? '' } } : {})}
      />
      <p className="muted">{text(chosen === 'stored' ? 'catalogue.storedNote' : 'catalogue.sealedNote')}</p>
    </>
  )
}
