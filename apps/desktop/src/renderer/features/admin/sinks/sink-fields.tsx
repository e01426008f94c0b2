/** Where each kind of sink sends. */
import { NumberInput, Textarea, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { text } from '../../../texts/text.ts'
import styles from '../parts/parts.module.css'
import type { SinkValues } from './sink-values.ts'

interface SinkFieldsProps {
  readonly form: UseFormReturnType<SinkValues>
}

interface LineProps extends SinkFieldsProps {
  readonly name: 'host' | 'url' | 'endpoint' | 'region' | 'bucket' | 'prefix'
  readonly label: string
  readonly hint?: string
}

const MOST_ADDRESS = 1024
const LAST_PORT = 65_535

const Line = ({ form, name, label, hint }: LineProps) => (
  <TextInput
    label={label}
    {...(hint ? { description: hint } : {})}
    maxLength={MOST_ADDRESS}
    spellCheck={false}
    autoComplete="off"
    {...form.getInputProps(name)}
  />
)

const Authority = ({ form }: SinkFieldsProps) => (
  <Textarea
    label={text('sinks.authority')}
    description={text('sinks.authorityHint')}
    rows={3}
    maxLength={32_768}
    classNames={{ input: 'mono' }}
    spellCheck={false}
    {...form.getInputProps('certificates')}
  />
)

export const SinkFields = ({ form }: SinkFieldsProps) => {
  switch (form.values.kind) {
    case 'file':
      return (
        <>
          <p className="muted">{text('sinks.fileNote')}</p>
          <div className={styles['half']}>
            <NumberInput
              label={text('sinks.size')}
              min={1}
              max={1024}
              clampBehavior="none"
              hideControls
              suffix=" MiB"
              {...form.getInputProps('size')}
            />
            <NumberInput
              label={text('sinks.keepFiles')}
              description={text('sinks.keepFilesHint')}
              min={0}
              max={10_000}
              clampBehavior="none"
              allowDecimal={false}
              hideControls
              {...form.getInputProps('keepFiles')}
            />
          </div>
        </>
      )
    case 'syslog':
      return (
        <>
          <div className={styles['pair']}>
            <Line form={form} name="host" label={text('sinks.host')} />
            <NumberInput
              label={text('sinks.port')}
              min={1}
              max={LAST_PORT}
              clampBehavior="none"
              allowDecimal={false}
              hideControls
              {...form.getInputProps('port')}
            />
          </div>
          <Authority form={form} />
        </>
      )
    case 'webhook':
    case 'otlp':
      return (
        <>
          <Line
            form={form}
            name="url"
            label={text('sinks.address')}
            hint={text(form.values.kind === 'otlp' ? 'sinks.otlpHint' : 'sinks.webhookHint')}
          />
          <Authority form={form} />
        </>
      )
    case 'object-store':
      return (
        <>
          <div className={styles['half']}>
            <Line form={form} name="bucket" label={text('sinks.bucket')} />
            <Line form={form} name="region" label={text('sinks.region')} />
          </div>
          <Line form={form} name="prefix" label={text('sinks.prefix')} hint={text('sinks.prefixHint')} />
          <Line form={form} name="endpoint" label={text('sinks.endpoint')} hint={text('sinks.endpointHint')} />
        </>
      )
  }
}
