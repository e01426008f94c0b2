/** Who cosigns the heads of the log, and whether they answer. */
import { Button } from '@mantine/core'
import type { LogState } from '@sallyport/protocol/api'
import { useState } from 'react'
import { text } from '../../../texts/text.ts'
import { Facts } from '../../../ui/facts.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { Status } from '../../../ui/status.tsx'
import { GroupActions, SettingsGroup } from '../../../ui/settings-group.tsx'
import { WitnessesDialog } from './witnesses-dialog.tsx'

interface WitnessesSectionProps {
  readonly log: LogState
  readonly mayChange: boolean
}

type Witness = LogState['witnesses'][number]

/** Its name is the first part of its verifier key. */
const nameOf = ({ key }: Witness): string => key.split('+')[0] ?? key

const WitnessState = ({ witness: { problem, size } }: { readonly witness: Witness }) => {
  if (problem !== null) return <Status kind="failed">{problem}</Status>
  if (size === null) return <Status kind="preparing">{text('witnesses.notAsked')}</Status>
  return <Status kind="ready">{text('witnesses.cosigned', { count: size })}</Status>
}

export const WitnessesSection = ({ log, mayChange }: WitnessesSectionProps) => {
  const [editing, setEditing] = useState(false)
  const { witnesses, quorum } = log
  return (
    <SettingsGroup title={text('witnesses.title')} hint={text('witnesses.hint')}>
      {witnesses.length === 0 ? (
        <p className="muted">{text('witnesses.none')}</p>
      ) : (
        <Facts facts={[[text('witnesses.quorum'), text('witnesses.quorumText', { quorum, count: witnesses.length })]]} />
      )}
      {witnesses.map((witness) => (
        <Facts
          key={witness.key}
          facts={[
            [nameOf(witness), <WitnessState key="state" witness={witness} />],
            [text('sinks.address'), witness.url],
            [text('witnesses.answered'), <Moment key="answered" at={witness.answeredAt} />],
          ]}
        />
      ))}
      {mayChange ? (
        <GroupActions>
          <Button variant="default" onClick={() => setEditing(true)}>
            {text('witnesses.edit')}
          </Button>
        </GroupActions>
      ) : null}
      {editing ? <WitnessesDialog log={log} onClose={() => setEditing(false)} /> : null}
    </SettingsGroup>
  )
}
