/** Some lines of a person's own words, which others will read. */
import { Textarea, type TextareaProps } from '@mantine/core'

/** Characters that a reason or a note may have. */
const LONGEST = 1000

interface NoteFieldProps extends Omit<TextareaProps, 'onChange'> {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}

export const NoteField = ({ onChange, minRows = 3, ...props }: NoteFieldProps) => (
  <Textarea
    {...props}
    maxLength={LONGEST}
    autosize
    minRows={minRows}
    maxRows={8}
    onChange={(event) => onChange(event.currentTarget.value)}
  />
)
