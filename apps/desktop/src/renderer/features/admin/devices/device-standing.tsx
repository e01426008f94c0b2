/** What was wrong with a device, and how the machine that it runs on has changed since it was enrolled. */
import { auditEntry } from '@sallyport/protocol/api'
import { z } from 'zod'
import { alertWords } from '../../../data/alert-words.ts'
import { useRoute } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { Moment } from '../../../ui/moment.tsx'
import { PanelSection } from '../../../ui/side-panel.tsx'
import { Status } from '../../../ui/status.tsx'
import styles from './devices.module.css'

const SHOWN = 10
const driftDetails = z.object({ parts: z.array(z.string().max(32)).max(16) })

export const DeviceStanding = ({ device }: { readonly device: string }) => {
  const alerts = useRoute('listAlerts', { query: { device, limit: SHOWN } }).data?.items
  const drifts = useRoute('listAuditEntries', { query: { subject: device, type: 'device.drifted', limit: SHOWN } }).data?.items
  return (
    <>
      <PanelSection label={text('alerts.ofDevice')}>
        {alerts?.length === 0 ? <p className="muted">{text('alerts.ofDeviceNone')}</p> : null}
        <ul className={styles['standing']}>
          {alerts?.map(({ id, at, kind, message, acknowledged }) => (
            <li key={id}>
              <Status kind={acknowledged === null ? alertWords(kind).glyph : 'off'}>
                <a href={`#/alerts/${id}`} title={message}>
                  {alertWords(kind).name}
                </a>
              </Status>
              <Moment at={at} muted />
            </li>
          ))}
        </ul>
      </PanelSection>
      <PanelSection label={text('alerts.drifts')}>
        {drifts?.length === 0 ? <p className="muted">{text('alerts.driftsNone')}</p> : null}
        <ul className={styles['standing']}>
          {drifts?.map((row) => {
            const entry = auditEntry.safeParse(row.entry).data
            if (!entry) return null
            const at = new Date(entry.at).toISOString()
            return (
              <li key={entry.id}>
                <span>
                  {text('alerts.driftText', { parts: driftDetails.safeParse(entry.details).data?.parts.join(', ') ?? '' })}
                </span>
                <Moment at={at} muted />
              </li>
            )
          })}
        </ul>
        <p>
          <a href={`#/audit/of/${device}`}>{text('alerts.deviceLog')}</a>
        </p>
      </PanelSection>
    </>
  )
}
