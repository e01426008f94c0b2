/** The credentials of a resource, each with what can be done about it. */
import { ActionIcon, Button, Menu } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import { useState } from 'react'
import { useChange } from '../../../data/use-route.ts'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import { cut } from '../../../ui/cut.tsx'
import { errorText } from '../../../ui/error-text.ts'
import { RowMenu } from '../../../ui/row-menu.tsx'
import { Status } from '../../../ui/status.tsx'
import { calendarDay, useNow } from '../../../ui/time.ts'
import { toast } from '../../../ui/toast.ts'
import type { Propose } from '../change/plan.ts'
import type { Credential, Resource } from '../data/names.ts'
import styles from './catalogue.module.css'
import { CredentialDialog } from './credential-dialog.tsx'
import { mayRotate, planBinding, planCredentialDeletion, planRotation, titleOf } from './credential-plans.ts'
import { EditCredentialDialog } from './edit-credential-dialog.tsx'
import { RotationDialog } from '../rotation/rotation-dialog.tsx'
import { ReplaceSecretDialog } from './replace-secret-dialog.tsx'
import { secretKinds } from './secret-kinds.ts'
import { StoredPlace } from './stored-place.tsx'
import { TestResult } from './way-test.tsx'

interface CredentialListProps {
  readonly resource: Resource
  readonly credentials: readonly Credential[]
  readonly propose: Propose
}

/** Milliseconds before the end of a certificate at which it is said. */
const NOTICE = 30 * 86_400_000

const secretText = ({ kind, secretVersion, secretEndsAt }: Credential, now: number): string => {
  const what = kind === null ? text('catalogue.secretVersion') : secretKinds[kind].label()
  const version = text('catalogue.secretVersionText', { version: secretVersion })
  if (secretEndsAt === null) return `${what}, ${version}`
  const left = Date.parse(secretEndsAt) - now
  const end =
    left <= 0
      ? text('catalogue.secretEnded', { day: calendarDay(secretEndsAt) })
      : text(left < NOTICE ? 'catalogue.secretEndsSoon' : 'catalogue.secretEnds', { day: calendarDay(secretEndsAt) })
  return `${what}, ${version}, ${end}`
}

type Open = { readonly kind: 'edit' | 'replace' | 'rotation'; readonly credential: Credential } | { readonly kind: 'add' }

export const CredentialList = ({ resource, credentials, propose }: CredentialListProps) => {
  const may = usePermissions()
  const now = useNow()
  const [open, setOpen] = useState<Open | null>(null)
  const [menu, setMenu] = useState<{ readonly credential: Credential; readonly anchor: HTMLElement } | null>(null)
  const [tested, setTested] = useState<string | null>(null)
  const test = useChange('testCredential')
  const close = (): void => setOpen(null)
  const tryOut = ({ id }: Credential): void => {
    setTested(id)
    test.mutate({ parameters: { credential: id }, body: {} })
  }
  const bind = (credential: Credential): void => {
    planBinding(resource, credential).then(propose, (error: unknown) => toast(errorText(error).message))
  }
  return (
    <>
      {credentials.length === 0 ? <p className="muted">{text('catalogue.credentialsNone')}</p> : null}
      <ul>
        {credentials.map((credential) => (
          <li key={credential.id} className={styles['credential']}>
            <div className={styles['credentialHead']}>
              {cut(credential.name)}
              <Status kind={credential.bound ? 'ready' : 'locked'}>
                {text(credential.bound ? 'catalogue.bound' : 'catalogue.unbound')}
              </Status>
              {may.has('resources.write') || may.has('secrets.write') || mayRotate(credential) ? (
                <ActionIcon
                  aria-label={text('catalogue.moreOfCredential', { name: credential.name })}
                  aria-haspopup="menu"
                  onClick={(event) => setMenu({ credential, anchor: event.currentTarget })}
                >
                  <IconDots size={16} stroke={1.75} />
                </ActionIcon>
              ) : null}
            </div>
            <p className="muted selectable">
              {text('catalogue.accountPort', { account: credential.userName, port: String(credential.port) })}
            </p>
            <p className="muted">
              {secretText(credential, now)}
              {credential.exclusive ? ` · ${text('catalogue.exclusiveShort')}` : ''}
              {credential.databases.length > 0 ? ` · ${credential.databases.join(', ')}` : ''}
            </p>
            {credential.stored === null ? null : <StoredPlace stored={credential.stored} />}
            {tested === credential.id ? <TestResult test={test} note={text('catalogue.signInTestNote')} /> : null}
            {credential.bound || !may.has('secrets.write') ? null : (
              <Button variant="default" className={styles['bind'] ?? ''} onClick={() => bind(credential)}>
                {text('catalogue.bind')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {may.has('resources.write') && may.has('secrets.write') ? (
        <Button variant="subtle" onClick={() => setOpen({ kind: 'add' })}>
          {text('catalogue.addCredential')}
        </Button>
      ) : null}
      <RowMenu
        anchor={menu?.anchor ?? null}
        label={menu ? text('catalogue.moreOfCredential', { name: menu.credential.name }) : ''}
        onClose={() => setMenu(null)}
      >
        {menu && may.has('resources.write') ? (
          <Menu.Item onClick={() => setOpen({ kind: 'edit', credential: menu.credential })}>
            {text('catalogue.editCredential')}
          </Menu.Item>
        ) : null}
        {menu && may.has('secrets.write') ? (
          <Menu.Item onClick={() => setOpen({ kind: 'replace', credential: menu.credential })}>
            {text('catalogue.replaceSecret')}
          </Menu.Item>
        ) : null}
        {menu && may.has('resources.write') && menu.credential.stored === null ? (
          <Menu.Item onClick={() => tryOut(menu.credential)}>{text('catalogue.testSignIn')}</Menu.Item>
        ) : null}
        {menu && may.has('secrets.write') && mayRotate(menu.credential) ? (
          <Menu.Item onClick={() => propose(planRotation(resource, menu.credential))}>{text('catalogue.rotate')}</Menu.Item>
        ) : null}
        {menu && mayRotate(menu.credential) ? (
          <Menu.Item onClick={() => setOpen({ kind: 'rotation', credential: menu.credential })}>
            {text('rotation.open')}
          </Menu.Item>
        ) : null}
        {menu && may.has('resources.write') ? (
          <Menu.Item onClick={() => propose(planCredentialDeletion(resource, menu.credential))}>{text('admin.delete')}</Menu.Item>
        ) : null}
      </RowMenu>
      {open?.kind === 'add' ? <CredentialDialog resource={resource} onClose={close} /> : null}
      {open?.kind === 'edit' ? (
        <EditCredentialDialog credential={open.credential} title={titleOf(resource, open.credential)} onClose={close} />
      ) : null}
      {open?.kind === 'rotation' ? (
        <RotationDialog
          resource={resource}
          credential={open.credential}
          name={titleOf(resource, open.credential)}
          onClose={close}
        />
      ) : null}
      {open?.kind === 'replace' ? <ReplaceSecretDialog resource={resource} credential={open.credential} onClose={close} /> : null}
    </>
  )
}
