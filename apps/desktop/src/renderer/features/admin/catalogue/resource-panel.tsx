/** One resource: where it is, whether it is reached, its credentials, and through which roles people come to it. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { usePermissions } from '../../../data/permissions.ts'
import { useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { Facts } from '../../../ui/facts.tsx'
import { Label } from '../../../ui/label.tsx'
import { PanelActions, PanelSection, SidePanel } from '../../../ui/side-panel.tsx'
import { ChangeDialog } from '../change/change-dialog.tsx'
import { type Plan, plan } from '../change/plan.ts'
import { type Credential, type Resource, useReadable, useSiteNames } from '../data/names.ts'
import { MemberList } from '../parts/member-list.tsx'
import { recordingText } from '../recording/recording-values.ts'
import { CredentialList } from './credential-list.tsx'
import { addressText, strengthText, trustText } from './endpoint-text.ts'
import { ResourceDialog } from './resource-dialog.tsx'
import { WayTest } from './way-test.tsx'

interface ResourcePanelProps {
  readonly resource: Resource
  readonly credentials: readonly Credential[]
  readonly onClose: () => void
}

export const ResourcePanel = ({ resource, credentials, onClose }: ResourcePanelProps) => {
  const may = usePermissions()
  const [pending, setPending] = useState<Plan | null>(null)
  const [editing, setEditing] = useState(false)
  const test = useChange('testResource')
  const { name } = resource
  const remove = (): void =>
    setPending(
      plan(
        { route: 'deleteResource', input: { parameters: { resource: resource.id } }, onDone: onClose },
        {
          title: text('catalogue.askDelete', { name }),
          text: text('catalogue.deleteText'),
          confirm: text('catalogue.confirmDelete'),
          done: text('catalogue.doneDelete', { name }),
          dangerous: true,
        },
      ),
    )
  return (
    <SidePanel
      title={name}
      subtitle={resource.tags.map((tag) => (
        <span key={tag}>
          <Label {...(tag === 'dangerous' ? { tone: 'bad' as const } : {})}>{tag}</Label>{' '}
        </span>
      ))}
      onClose={onClose}
    >
      <PanelSection>{resource.description ? <p className="muted selectable">{resource.description}</p> : null}</PanelSection>
      <PanelSection label={text('catalogue.credentials')}>
        <CredentialList resource={resource} credentials={credentials} propose={setPending} />
      </PanelSection>
      {may.has('roles.read') ? (
        <PanelSection label={text('catalogue.reachedBy')}>
          <ReachedBy credentials={credentials} />
        </PanelSection>
      ) : null}
      {may.has('resources.write') ? (
        <PanelSection>
          <WayTest test={test} onTest={() => test.mutate({ parameters: { resource: resource.id }, body: {} })} />
        </PanelSection>
      ) : null}
      <PanelSection label={text('catalogue.details')}>
        <ResourceFacts resource={resource} />
      </PanelSection>
      {may.has('resources.write') ? (
        <PanelActions>
          <Button variant="default" onClick={() => setEditing(true)}>
            {text('admin.edit')}
          </Button>
          <Button variant="default" color="bad" onClick={remove}>
            {text('admin.delete')}
          </Button>
        </PanelActions>
      ) : null}
      {editing ? <ResourceDialog resource={resource} onClose={() => setEditing(false)} /> : null}
      <ChangeDialog plan={pending} onClose={() => setPending(null)} />
    </SidePanel>
  )
}

const ResourceFacts = ({ resource }: { readonly resource: Resource }) => {
  const siteName = useSiteNames()
  const { endpoint, site, options } = resource
  return (
    <Facts
      facts={[
        [text('catalogue.protocol'), endpoint.protocol],
        [text('catalogue.address'), <code className="mono">{addressText(endpoint)}</code>],
        [text('catalogue.site'), siteName(site)],
        [text('catalogue.tls'), trustText(endpoint.tls)],
        [text('catalogue.factSignIn'), strengthText(endpoint.weakestAuthentication)],
        ...(endpoint.plaintextAllowed ? [[text('catalogue.factPlaintext'), text('common.yes')] as const] : []),
        [text('organization.recording'), options.recording ? recordingText(options.recording) : text('organization.recordingAs')],
        [text('catalogue.factRecording'), text(options.strictRecording ? 'common.yes' : 'common.no')],
      ]}
    />
  )
}

const ReachedBy = ({ credentials }: Pick<ResourcePanelProps, 'credentials'>) => {
  const roles = useReadable('listRoles', 'roles.read').items
  const using = roles.flatMap((role) => {
    const names = credentials.filter(({ id }) => role.credentials.includes(id)).map(({ name }) => name)
    return names.length > 0 ? [{ id: role.id, name: role.name, note: names.join(', '), href: `/roles/${role.id}` }] : []
  })
  return <MemberList label={text('catalogue.reachedBy')} members={using} empty={text('catalogue.reachedByNone')} />
}
