/** One service account: who it is to the API, what it may, and ending it. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import { CopyButton } from '../../../ui/copy-button.tsx'
import { Facts } from '../../../ui/facts.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { PanelActions, PanelSection, SidePanel } from '../../../ui/side-panel.tsx'
import { Status } from '../../../ui/status.tsx'
import { ChangeDialog } from '../change/change-dialog.tsx'
import { type Plan, plan } from '../change/plan.ts'
import { type ServiceAccount, useRoleNames } from '../data/names.ts'
import { MemberList } from '../parts/member-list.tsx'
import { accountState, purposeText } from './state.ts'

interface ServiceAccountPanelProps {
  readonly account: ServiceAccount
  readonly onClose: () => void
}

export const ServiceAccountPanel = ({ account, onClose }: ServiceAccountPanelProps) => {
  const may = usePermissions()
  const roleName = useRoleNames()
  const [pending, setPending] = useState<Plan | null>(null)
  const { name, id } = account
  const { kind, word } = accountState(account)
  const end = (): void =>
    setPending(
      plan(
        { route: 'revokeServiceAccount', input: { parameters: { serviceAccount: id } } },
        {
          title: text('serviceAccounts.askEnd', { name }),
          text: text('serviceAccounts.endText'),
          confirm: text('serviceAccounts.confirmEnd'),
          done: text('serviceAccounts.doneEnd', { name }),
          dangerous: true,
        },
      ),
    )
  return (
    <SidePanel title={name} subtitle={<Status kind={kind}>{word}</Status>} onClose={onClose}>
      <PanelSection label={text('serviceAccounts.id')}>
        <p>
          <code className="mono">{id}</code> <CopyButton content={id} what={text('serviceAccounts.id')} />
        </p>
        <p className="muted">{text('serviceAccounts.idHint')}</p>
      </PanelSection>
      <PanelSection>
        <Facts
          facts={[
            [text('serviceAccounts.purposes'), account.purposes.map(purposeText).join(', ')],
            [text('serviceAccounts.columnUntil'), <Moment at={account.expiresAt} />],
            [text('serviceAccounts.columnToken'), <Moment at={account.lastTokenAt} />],
            [text('serviceAccounts.created'), <Moment at={account.createdAt} />],
            [text('serviceAccounts.keyId'), <code className="mono">{account.keyId}</code>],
          ]}
        />
      </PanelSection>
      <PanelSection label={text('serviceAccounts.roles')}>
        <MemberList
          label={text('serviceAccounts.roles')}
          members={account.roles.map((role) => ({
            id: role,
            name: roleName(role),
            ...(may.has('roles.read') ? { href: `/roles/${role}` } : {}),
          }))}
          empty={text('serviceAccounts.rolesNone')}
        />
      </PanelSection>
      {may.has('service-accounts.write') && account.status === 'active' ? (
        <PanelActions>
          <Button variant="default" color="bad" onClick={end}>
            {text('serviceAccounts.end')}
          </Button>
        </PanelActions>
      ) : null}
      <ChangeDialog plan={pending} onClose={() => setPending(null)} />
    </SidePanel>
  )
}
