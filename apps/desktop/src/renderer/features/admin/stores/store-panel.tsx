/** One third-party store: where it is, whom it believes, what it needs, and whose secrets lie in it. */
import { Button } from '@mantine/core'
import { audienceOfStore } from '@sallyport/protocol'
import { useState } from 'react'
import { usePermissions } from '../../../data/permissions.ts'
import { useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { CopyButton } from '../../../ui/copy-button.tsx'
import { type Fact, Facts } from '../../../ui/facts.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { PanelActions, PanelSection, SidePanel } from '../../../ui/side-panel.tsx'
import { toast } from '../../../ui/toast.ts'
import { ChangeDialog } from '../change/change-dialog.tsx'
import { adminLists, type Plan, plan } from '../change/plan.ts'
import { type Credential, type Store, useCredentialNames } from '../data/names.ts'
import { MemberList } from '../parts/member-list.tsx'
import { NameDialog } from '../parts/name-dialog.tsx'
import { kindText, placeText } from './store-text.ts'
import { StoreTrust } from './store-trust.tsx'

interface StorePanelProps {
  readonly store: Store
  /** Those whose secrets lie in it. */
  readonly credentials: readonly Credential[]
  readonly onClose: () => void
}

export const StorePanel = ({ store, credentials, onClose }: StorePanelProps) => {
  const mayChange = usePermissions().has('secrets.write')
  const nameOf = useCredentialNames()
  const [pending, setPending] = useState<Plan | null>(null)
  const [renaming, setRenaming] = useState(false)
  const { name } = store
  const forget = (): void =>
    setPending(
      plan(
        { route: 'deleteStore', input: { parameters: { store: store.id } }, onDone: onClose },
        {
          title: text('stores.askForget', { name }),
          text: text('stores.forgetText'),
          confirm: text('stores.confirmForget'),
          done: text('stores.doneForget', { name }),
          dangerous: true,
        },
      ),
    )
  return (
    <SidePanel title={name} subtitle={<StoreTrust store={store} />} onClose={onClose}>
      <PanelSection>
        <Facts facts={storeFacts(store)} />
      </PanelSection>
      <PanelSection label={text('stores.next')}>
        {store.gatewayTrusted ? (
          <p className="muted selectable">{text('stores.nextGateway', { id: store.id })}</p>
        ) : (
          <>
            <p className="muted">{text('stores.nextText')}</p>
            <p>
              <code className="mono">{store.issuer}</code> <CopyButton content={store.issuer} what={text('stores.issuer')} />
            </p>
          </>
        )}
      </PanelSection>
      <PanelSection label={text('stores.usedBy')}>
        <MemberList
          label={text('stores.usedBy')}
          members={credentials.map(({ id, resource, stored }) => ({
            id,
            name: nameOf(id),
            note: stored?.path,
            href: `/catalogue/${resource}`,
          }))}
          empty={text('stores.usedByNone')}
        />
      </PanelSection>
      {mayChange ? (
        <PanelActions>
          <Button variant="default" onClick={() => setRenaming(true)}>
            {text('stores.rename')}
          </Button>
          {credentials.length === 0 ? (
            <Button variant="default" color="bad" onClick={forget}>
              {text('stores.forget')}
            </Button>
          ) : null}
        </PanelActions>
      ) : null}
      {mayChange && credentials.length > 0 ? (
        <PanelSection>
          <p className="muted">{text('stores.forgetInUse')}</p>
        </PanelSection>
      ) : null}
      {renaming ? <RenameDialog store={store} onClose={() => setRenaming(false)} /> : null}
      <ChangeDialog plan={pending} onClose={() => setPending(null)} />
    </SidePanel>
  )
}

const code = (content: string) => <code className="mono">{content}</code>

const storeFacts = ({ location, createdAt }: Store): readonly Fact[] => {
  const audience = audienceOfStore(location)
  return [
    [text('stores.kind'), kindText(location.kind)],
    [text('stores.columnPlace'), code(placeText(location))],
    ...kindFacts(location),
    ...(audience === null ? [] : [[text('stores.audience'), code(audience)] as const]),
    [text('users.created'), <Moment key="created" at={createdAt} />],
  ]
}

const kindFacts = (location: Store['location']): readonly Fact[] => {
  switch (location.kind) {
    case 'vault':
      return [
        [text('stores.engine'), text(location.engine === 'kv' ? 'stores.engineKv' : 'stores.engineDatabase')],
        [text('stores.mount'), code(location.mount)],
        ...(location.namespace === null ? [] : [[text('stores.namespace'), code(location.namespace)] as const]),
        ...(location.signIn.kind === 'token' ? [[text('stores.signInRole'), code(location.signIn.role)] as const] : []),
      ]
    case 'aws':
      return [[text('stores.role'), code(location.role)]]
    case 'google':
      return location.serviceAccount === null ? [] : [[text('stores.serviceAccount'), location.serviceAccount]]
    case 'azure':
      return [
        [text('stores.factTenant'), location.tenant],
        [text('stores.client'), code(location.client)],
      ]
  }
}

const RenameDialog = ({ store, onClose }: { readonly store: Store; readonly onClose: () => void }) => {
  const change = useChange('changeStore', adminLists)
  const onSuccess = ({ name }: Store): void => {
    toast(text('stores.doneRename', { name }))
    onClose()
  }
  return (
    <NameDialog
      title={text('stores.renameTitle', { name: store.name })}
      submit={text('admin.save')}
      label={text('stores.name')}
      name={store.name}
      busy={change.isPending}
      error={change.error}
      onSubmit={(name) => change.mutate({ parameters: { store: store.id }, body: { name } }, { onSuccess })}
      onClose={onClose}
    />
  )
}
