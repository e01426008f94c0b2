/** How activity is recorded: of the organization, or of one resource. */
import { Textarea } from '@mantine/core'
import type { GetInputPropsReturnType } from '@mantine/form'
import { text } from '../../../texts/text.ts'
import { SegmentsField } from '../parts/segments-field.tsx'
import type { RecordingValues } from './recording-values.ts'

interface RecordingFieldsProps {
  /** Of the form that holds them. */
  readonly inputProps: (name: keyof RecordingValues) => GetInputPropsReturnType
  readonly readOnly?: boolean
}

export const RecordingFields = ({ inputProps, readOnly = false }: RecordingFieldsProps) => (
  <>
    <SegmentsField
      label={text('organization.keep')}
      readOnly={readOnly}
      data={[
        { value: 'api', label: text('organization.keepApi') },
        { value: 'gateway', label: text('organization.keepGateway') },
        { value: 'both', label: text('organization.keepBoth') },
      ]}
      {...inputProps('keep')}
    />
    <SegmentsField
      label={text('organization.binds')}
      readOnly={readOnly}
      data={[
        { value: 'keep', label: text('organization.bindsKeep') },
        { value: 'hash', label: text('organization.bindsHash') },
        { value: 'drop', label: text('organization.bindsDrop') },
      ]}
      {...inputProps('binds')}
    />
    <Textarea
      label={text('organization.recipients')}
      description={text('organization.recipientsHint')}
      autosize
      minRows={2}
      spellCheck={false}
      readOnly={readOnly}
      {...inputProps('recipients')}
    />
  </>
)
