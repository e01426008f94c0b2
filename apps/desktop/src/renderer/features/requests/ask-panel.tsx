/** Asks for one credential: why first, then how long; or opens it at once, in an emergency. */
import { Button } from '@mantine/core'
import type { RequestableCredential } from '@sallyport/protocol/api'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { timeSpan } from '../../data/access-request.ts'
import { titleOfName } from '../../data/credential.ts'
import { text } from '../../texts/text.ts'
import { type Fact, Facts } from '../../ui/facts.tsx'
import { Label } from '../../ui/label.tsx'
import { PanelSection, SidePanel } from '../../ui/side-panel.tsx'
import { Banner } from '../../ui/states.tsx'
import { AskForm } from './ask-form.tsx'
import styles from './requests.module.css'
import { WhyNot } from './why-not.tsx'

interface AskPanelProps {
  readonly wanted: RequestableCredential
  readonly onClose: () => void
}

export const AskPanel = ({ wanted, onClose }: AskPanelProps) => {
  const [emergency, setEmergency] = useState(false)
  const { credential, open, held } = wanted
  const name = titleOfName(credential.name)
  return (
    <SidePanel
      title={emergency ? name : text('requests.askTitle', { name })}
      subtitle={emergency ? <Label tone="bad">{text('access.emergency')}</Label> : null}
      onClose={onClose}
    >
      {open ? <AlreadyOpen request={open} /> : held ? <Banner tone="info">{text('requests.alreadyHeld')}</Banner> : null}
      {emergency && wanted.emergency ? (
        <PanelSection label={text('requests.emergencyTitle')}>
          <p>{text('requests.emergencyText')}</p>
        </PanelSection>
      ) : null}
      {open && !emergency ? null : (
        <PanelSection>
          <AskForm key={String(emergency)} wanted={wanted} emergency={emergency} onPlain={() => setEmergency(false)} />
        </PanelSection>
      )}
      {emergency ? null : (
        <PanelSection label={text('requests.decide')}>
          <p>{text('requests.decideText', { count: wanted.approvals, rule: wanted.rule.name })}</p>
          <p className="muted">{text('requests.atMost', { span: timeSpan(wanted.maxDuration) })}</p>
        </PanelSection>
      )}
      {wanted.emergency && !emergency ? (
        <PanelSection label={text('requests.emergencyTitle')}>
          <div className={styles['emergency']}>
            <p className="muted">{text('requests.emergencyText')}</p>
            <Button variant="default" color="bad" onClick={() => setEmergency(true)}>
              {text('requests.emergencyBegin')}
            </Button>
          </div>
        </PanelSection>
      ) : null}
      <WhyNot credential={credential.id} />
      <PanelSection label={text('requests.about')}>
        {credential.resource?.description ? (
          <p className={`${styles['description'] ?? ''} muted selectable`}>{credential.resource.description}</p>
        ) : null}
        <Facts facts={factsOf(wanted)} />
      </PanelSection>
    </SidePanel>
  )
}

const factsOf = ({ credential: { resource } }: RequestableCredential): readonly Fact[] =>
  resource === null
    ? []
    : [
        [text('requests.factResource'), resource.name],
        [text('requests.factProtocol'), resource.protocol],
        ...(resource.tags.length > 0 ? [[text('requests.factTags'), resource.tags.join(', ')] as const] : []),
      ]

const AlreadyOpen = ({ request }: { readonly request: string }) => {
  const [, navigate] = useLocation()
  return (
    <Banner
      tone="info"
      actions={
        <Button variant="default" onClick={() => navigate(`/requests/${request}`)}>
          {text('requests.showRequest')}
        </Button>
      }
    >
      {text('requests.alreadyOpen')}
    </Banner>
  )
}
