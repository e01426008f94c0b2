/** One alert: what happened, what to do about it, and where to look. */
import { isOpenAlert } from '@sallyport/protocol/api'
import { Button } from '@mantine/core'
import { alertWords } from '../../data/alert-words.ts'
import type { Names } from '../../data/names.ts'
import type { Alert } from '../../data/open-alerts.ts'
import { usePermissions } from '../../data/permissions.ts'
import { useChange } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { errorText } from '../../ui/error-text.ts'
import { type Fact, Facts } from '../../ui/facts.tsx'
import { PanelActions, PanelSection, SidePanel } from '../../ui/side-panel.tsx'
import { Status } from '../../ui/status.tsx'
import { clockTime, fullTime, useNow } from '../../ui/time.ts'
import { toast } from '../../ui/toast.ts'

interface AlertPanelProps {
  readonly alert: Alert
  readonly names: Names
  readonly onClose: () => void
}

export const AlertPanel = ({ alert, names, onClose }: AlertPanelProps) => {
  const may = usePermissions()
  const now = useNow()
  const acknowledge = useChange('acknowledgeAlert', ['listAlerts'])
  const { name, glyph, advice } = alertWords(alert.kind)
  const mark = (): void =>
    acknowledge.mutate(
      { parameters: { alert: alert.id } },
      {
        onSuccess: () => {
          toast(text('alerts.done'), 'alert')
          onClose()
        },
        onError: (error) => toast(errorText(error).message, 'alert'),
      },
    )
  const isReviewed = alert.kind === 'emergency-access' || alert.kind === 'review-overdue'
  return (
    <SidePanel
      title={name}
      subtitle={<Status kind={alert.endedAt === null ? glyph : 'off'}>{stateOf(alert)}</Status>}
      onClose={onClose}
    >
      <PanelSection label={text('alerts.happened')}>
        <p className="selectable">{alert.message}</p>
      </PanelSection>
      <PanelSection label={text('alerts.advice')}>
        <p>{advice}</p>
      </PanelSection>
      <PanelSection label={text('alerts.about')}>
        <Facts facts={factsOf(alert, { names, now })} />
      </PanelSection>
      <PanelActions>
        {alert.acknowledged === null && may.has('alerts.write') ? (
          <Button variant="filled" loading={acknowledge.isPending} onClick={mark}>
            {text('alerts.acknowledge')}
          </Button>
        ) : null}
        {isReviewed ? (
          <Button variant="default" component="a" href="#/approvals/reviews">
            {text('alerts.showReviews')}
          </Button>
        ) : null}
        {alert.kind === 'support-access' && alert.user !== null && may.has('users.read') ? (
          <Button variant="default" component="a" href={`#/users/support/${alert.user}`}>
            {text('alerts.showSupport')}
          </Button>
        ) : null}
        {alert.device !== null && may.has('devices.read') ? (
          <Button variant="default" component="a" href={`#/devices/${alert.device}`}>
            {text('alerts.showDevice')}
          </Button>
        ) : null}
      </PanelActions>
    </SidePanel>
  )
}

const stateOf = (alert: Alert): string => {
  if (alert.acknowledged === null) return text(alert.endedAt === null ? 'alerts.open' : 'alerts.over')
  return text(isOpenAlert(alert) ? 'alerts.goesOn' : 'alerts.acknowledged')
}

const factsOf = (alert: Alert, { names, now }: { readonly names: Names; readonly now: number }): readonly Fact[] => [
  [text('alerts.factTime'), fullTime(alert.at)],
  [text('alerts.factPerson'), alert.user === null ? text('alerts.nobody') : names.nameOf('user', alert.user)],
  ...(alert.device === null ? [] : [[text('alerts.factDevice'), names.nameOf('device', alert.device)] as const]),
  ...(alert.endedAt === null ? [] : [[text('alerts.factOver'), fullTime(alert.endedAt)] as const]),
  ...(alert.acknowledged === null
    ? []
    : [
        [
          text('alerts.factSeen'),
          text('alerts.seenText', {
            name: names.nameOf('user', alert.acknowledged.by),
            time: clockTime(alert.acknowledged.at, now),
          }),
        ] as const,
      ]),
]
