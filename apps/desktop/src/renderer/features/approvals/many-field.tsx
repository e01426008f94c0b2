/** Several of many, found by their names. What has no name here, because it is gone or may not be read, keeps its place. */
import { MultiSelect } from '@mantine/core'
import { type NamedKind, type Names } from '../../data/names.ts'
import { text } from '../../texts/text.ts'

interface ManyFieldProps {
  readonly label: string
  readonly hint?: string
  readonly kind: NamedKind
  readonly names: Names
  readonly value: readonly string[]
  readonly onChange: (value: string[]) => void
}

const MOST_OPTIONS = 100

export const ManyField = ({ label, hint, kind, names, value, onChange }: ManyFieldProps) => {
  const known = names.all(kind)
  const ids = new Set(known.map((option) => option.value))
  const unknown = value.filter((id) => !ids.has(id)).map((id) => ({ value: id, label: names.nameOf(kind, id) }))
  return (
    <MultiSelect
      label={label}
      {...(hint ? { description: hint } : {})}
      data={[...known, ...unknown]}
      value={[...value]}
      onChange={onChange}
      searchable
      hidePickedOptions
      limit={MOST_OPTIONS}
      nothingFoundMessage={text('log.noChoice')}
      clearButtonProps={{ 'aria-label': text('log.clearChoice', { label }) }}
      comboboxProps={{ shadow: 'md', transitionProps: { duration: 0 } }}
    />
  )
}
