/** One support access: who, why, what they see, and ending it. */
import { Button } from '@mantine/core'
import type { SupportAccess } from '@sallyport/protocol/api'
import { useState } from 'react'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import { type Fact, Facts } from '../../../ui/facts.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { PanelActions, PanelSection, SidePanel } from '../../../ui/side-panel.tsx'
import { Status } from '../../../ui/status.tsx'
import { ChangeDialog } from '../change/change-dialog.tsx'
import { type Plan, plan } from '../change/plan.ts'
import { fullName, type NameOf, useUserNames } from '../data/names.ts'
import { MemberList } from '../parts/member-list.tsx'
import { permissionAreas } from '../roles/permission-areas.ts'
import { supportState } from './state.ts'

interface SupportPanelProps {
  readonly access: SupportAccess
  readonly onClose: () => void
}

export const SupportPanel = ({ access, onClose }: SupportPanelProps) => {
  const may = usePermissions()
  const nameOf = useUserNames()
  const [pending, setPending] = useState<Plan | null>(null)
  const { kind, word } = supportState(access)
  return (
    <SidePanel title={fullName(access)} subtitle={<Status kind={kind}>{word}</Status>} onClose={onClose}>
      <PanelSection>
        <Facts facts={factsOf(access, nameOf)} />
      </PanelSection>
      <PanelSection label={text('support.columnReason')}>
        <p className="selectable">{access.reason}</p>
      </PanelSection>
      <PanelSection label={text('support.permissions')}>
        <MemberList label={text('support.permissions')} members={seenIn(access)} empty="" />
      </PanelSection>
      <PanelActions>
        {access.endedAt === null && may.has('users.write') ? (
          <Button variant="default" color="bad" onClick={() => setPending(planEnd(access))}>
            {text('support.end')}
          </Button>
        ) : null}
        {may.has('audit.read') ? (
          <Button variant="default" component="a" href={`#/audit/of/${access.id}`}>
            {text('support.seen')}
          </Button>
        ) : null}
      </PanelActions>
      <ChangeDialog plan={pending} onClose={() => setPending(null)} />
    </SidePanel>
  )
}

/** Areas as everybody reads them, by their permission. */
const seenIn = ({ permissions }: SupportAccess): readonly { readonly id: string; readonly name: string }[] =>
  permissionAreas().flatMap(({ name, see }) => (permissions.some((each) => each === see) ? [{ id: name, name }] : []))

const factsOf = (access: SupportAccess, nameOf: NameOf): readonly Fact[] => [
  [text('support.email'), access.email],
  [text('support.openedBy'), nameOf(access.openedBy)],
  [text('support.openedAt'), <Moment at={access.openedAt} />],
  ...(access.endedAt === null
    ? [[text('support.columnUntil'), <Moment at={access.endsAt} />] as const]
    : [
        [text('support.endedAt'), <Moment at={access.endedAt} />] as const,
        [text('support.endedBy'), access.endedBy === null ? text('support.itself') : nameOf(access.endedBy)] as const,
      ]),
  [text('support.columnSignIn'), <Moment at={access.lastSignInAt} />],
]

const planEnd = (access: SupportAccess): Plan => {
  const name = fullName(access)
  return plan(
    { route: 'endSupportAccess', input: { parameters: { supportAccess: access.id } } },
    {
      title: text('support.askEnd', { name }),
      text: text('support.endText'),
      confirm: text('support.confirmEnd'),
      done: text('support.doneEnd', { name }),
      dangerous: true,
    },
  )
}
