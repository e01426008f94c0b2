/** Everything about one credential. */
import type { LocalCredential } from '../../../shared/local-api.ts'
import { addressOf, isDangerous, titleOf } from '../../data/credential.ts'
import { useMethod } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { type Fact, Facts } from '../../ui/facts.tsx'
import { Label } from '../../ui/label.tsx'
import { PanelSection, SidePanel } from '../../ui/side-panel.tsx'
import { Status } from '../../ui/status.tsx'
import { clockTime, useNow } from '../../ui/time.ts'
import { CopyAs } from './copy-as.tsx'
import { OpenIn } from './open-in.tsx'
import { PortForm } from './port-form.tsx'
import { problemOf } from './problem.tsx'
import { SitePath } from './site-path.tsx'
import styles from './resources.module.css'
import { type CredentialState } from './state.ts'

interface ResourcePanelProps {
  readonly credential: LocalCredential
  readonly state: CredentialState
  readonly onClose: () => void
  readonly onRetry: () => void
  /** It was opened or copied: it is among the recent ones now. */
  readonly onUsed: () => void
}

export const ResourcePanel = ({ credential, state, onClose, onRetry, onUsed }: ResourcePanelProps) => {
  const canOpen = useMethod('host', {}).data?.capabilities.includes('open-in') ?? false
  const problem = problemOf({ credential, onRetry })
  const address = addressOf(credential)
  return (
    <SidePanel
      title={titleOf(credential)}
      subtitle={
        <>
          <Status kind={state.kind}>{state.word}</Status>{' '}
          {isDangerous(credential) ? <Label tone="bad">{text('resources.dangerous')}</Label> : null}
        </>
      }
      onClose={onClose}
    >
      <PanelSection>
        {credential.granted.resource.description ? (
          <p className="muted selectable">{credential.granted.resource.description}</p>
        ) : null}
      </PanelSection>
      {problem ? <PanelSection label={text('resources.lastProblem')}>{problem}</PanelSection> : null}
      <PanelSection label={text('resources.address')}>
        <div className={styles['address']}>
          <code className="mono">{address}</code>
          <CopyButton content={address} what={address} />
        </div>
      </PanelSection>
      {canOpen ? (
        <PanelSection label={text('resources.openIn')}>
          <OpenIn credential={credential} onOpened={onUsed} />
        </PanelSection>
      ) : null}
      <PanelSection label={text('resources.now')}>
        <Now credential={credential} />
      </PanelSection>
      <PanelSection label={text('resources.path')}>
        <SitePath site={credential.granted.site} />
      </PanelSection>
      <PanelSection label={text('resources.why')}>
        <Why credential={credential} />
      </PanelSection>
      <PanelSection label={text('resources.copyAs')}>
        <CopyAs credential={credential} onCopied={onUsed} />
        <p className={styles['hint']}>{text('resources.copyAsNote')}</p>
      </PanelSection>
      <PanelSection label={text('resources.facts')}>
        <Facts facts={factsOf(credential)} />
      </PanelSection>
      <PanelSection>
        <PortForm key={`${credential.granted.credential} ${credential.port}`} credential={credential} />
      </PanelSection>
    </SidePanel>
  )
}

/** As many as fit into a few lines. */
const SHOWN_DATABASES = 8

const factsOf = ({ granted }: LocalCredential): readonly Fact[] => {
  const names = granted.databases.slice(0, SHOWN_DATABASES).join(', ')
  const more = granted.databases.length - SHOWN_DATABASES
  const databases = more > 0 ? text('resources.moreDatabases', { names, count: more }) : names
  return [
    [text('resources.factProtocol'), granted.resource.protocol],
    [text('resources.factAccount'), granted.userName],
    [text('resources.factDatabases'), databases === '' ? text('resources.allDatabases') : databases],
    ...(granted.resource.tags.length > 0 ? [[text('resources.factTags'), granted.resource.tags.join(', ')] as const] : []),
  ]
}

const Now = ({ credential }: { readonly credential: LocalCredential }) =>
  credential.connections === 0 ? (
    <p className="muted">{text('resources.noPrograms')}</p>
  ) : (
    <p>
      {text('resources.programs', { count: credential.connections })} ·{' '}
      <a href="#/connections">{text('resources.showConnections')}</a>
    </p>
  )

const Why = ({ credential }: { readonly credential: LocalCredential }) => {
  const now = useNow()
  return (
    <ul>
      {credential.granted.through.map((reason) => (
        <li key={`${reason.kind} ${reason.id}`}>
          {reason.kind === 'role'
            ? text('resources.throughRole', { role: reason.name })
            : text('resources.throughGrant', { until: clockTime(reason.expiresAt, now) })}
        </li>
      ))}
    </ul>
  )
}
