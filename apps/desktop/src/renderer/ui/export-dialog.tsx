/** What will be in the file, and in which form; then how far it has come. */
import { Button, Modal, Radio } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { type ExportFormat, type ExportRoute, useExport } from '../data/use-export.ts'
import { text } from '../texts/text.ts'
import styles from './confirm-dialog.module.css'
import { errorText } from './error-text.ts'
import { toast } from './toast.ts'

interface ExportDialogProps {
  readonly opened: boolean
  readonly route: ExportRoute
  readonly query: Readonly<Record<string, unknown>>
  readonly fileName: string
  /** The filters in words. */
  readonly children: ReactNode
  readonly onClose: () => void
}

export const ExportDialog = ({ opened, route, query, fileName, children, onClose }: ExportDialogProps) => {
  const [format, setFormat] = useState<ExportFormat>('csv')
  const exporting = useExport()
  const busy = exporting.written !== null
  const start = async (): Promise<void> => {
    const rows = await exporting.start({ route, input: { query, body: { format } }, format, fileName })
    if (rows === null) return
    toast(text('log.exportDone', { count: rows }), 'export')
    onClose()
  }
  const close = (): void => {
    exporting.stop()
    onClose()
  }
  return (
    <Modal opened={opened} onClose={close} title={text('log.exportTitle')} size={440}>
      <div className={styles['text']}>
        <p className="muted" style={{ marginBottom: 8 }}>
          {text('log.exportWhat')}
        </p>
        {children}
        <Radio.Group
          mt={16}
          label={text('log.exportFormat')}
          value={format}
          onChange={(chosen) => setFormat(chosen === 'json-lines' ? 'json-lines' : 'csv')}
        >
          <Radio mt={4} value="csv" label={text('log.csv')} disabled={busy} />
          <Radio mt={8} value="json-lines" label={text('log.jsonLines')} disabled={busy} />
        </Radio.Group>
        <p className="muted" style={{ marginTop: 16 }}>
          {text('log.exportNoted')}
        </p>
      </div>
      {exporting.error ? (
        <p role="alert" className={styles['error']}>
          {errorText(exporting.error).message}
        </p>
      ) : null}
      <div className={styles['actions']}>
        {busy ? (
          <span className="muted numbers" role="status" style={{ marginRight: 'auto', alignSelf: 'center' }}>
            {text('log.exportProgress', { count: exporting.written ?? 0 })}
          </span>
        ) : null}
        <Button variant="default" size="md" data-autofocus onClick={close}>
          {text(busy ? 'log.exportStop' : 'common.cancel')}
        </Button>
        <Button size="md" loading={busy} onClick={() => void start()}>
          {text('log.exportStart')}
        </Button>
      </div>
    </Modal>
  )
}
