/** Narrows a list down to one of many things; empty: all of them. Typing finds among them. */
import { Select } from '@mantine/core'
import { text } from '../texts/text.ts'

interface ChoiceFieldProps {
  readonly label: string
  readonly value: string | null
  readonly options: readonly { readonly value: string; readonly label: string }[]
  readonly onChange: (value: string | null) => void
  readonly width?: number
}

/** Options that are drawn at once; the rest is found by typing. */
const MOST_OPTIONS = 100

export const ChoiceField = ({ label, value, options, onChange, width = 140 }: ChoiceFieldProps) => (
  <Select
    aria-label={label}
    placeholder={label}
    value={value}
    onChange={onChange}
    data={[...options]}
    searchable
    clearable
    limit={MOST_OPTIONS}
    nothingFoundMessage={text('log.noChoice')}
    clearButtonProps={{ 'aria-label': text('log.clearChoice', { label }) }}
    comboboxProps={{ shadow: 'md', transitionProps: { duration: 0 } }}
    style={{ width, flex: 'none' }}
  />
)
