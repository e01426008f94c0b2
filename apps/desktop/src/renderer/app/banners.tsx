/** What concerns every screen: the agent, the API, the keychain, the end of the sign-in. The page behind stays readable. */
import { Button } from '@mantine/core'
import type { AgentStatus } from '../../shared/local-api.ts'
import { isOver } from '../data/session-over.ts'
import { useSignedIn } from '../data/permissions.ts'
import { useAction, useMethod } from '../data/use-method.ts'
import { useRoute } from '../data/use-route.ts'
import { richText, text } from '../texts/text.ts'
import { Banner } from '../ui/states.tsx'
import { clockTime, duration, useNow } from '../ui/time.ts'
import { SessionBar } from './session-bar.tsx'

/** Milliseconds before the end of the sign-in when people are told. */
const NOTICE = 15 * 60 * 1000

export const Banners = ({ status }: { readonly status: AgentStatus | undefined }) => {
  const error = useMethod('status', {}).error
  if (error?.code === 'keychain_locked') return <KeychainBanner missing={false} />
  if (error?.code === 'keychain_unavailable') return <KeychainBanner missing />
  if (error) return <AgentGone />
  if (status?.api && !status.api.reachable && status.state === 'signed-in')
    return (
      <Banner tone="warn">
        {richText('errors.apiUnreachable', { address: new URL(status.api.origin).host, connections: status.connections })}
      </Banner>
    )
  if (status?.ended && isOver(status)) return <SessionBar status={status} ended={status.ended} />
  return (
    <>
      <LooksAsSupport />
      <SessionEnds status={status} />
    </>
  )
}

/** Whoever looks as support is told what is written down about it. */
const LooksAsSupport = () => {
  const now = useNow()
  const endsAt = useRoute('getMe', {}, { enabled: useSignedIn() }).data?.user.endsAt
  return endsAt === undefined ? null : <Banner tone="warn">{richText('support.banner', { time: clockTime(endsAt, now) })}</Banner>
}

const KeychainBanner = ({ missing }: { readonly missing: boolean }) => {
  // What keeps the keys ended with the keychain: it begins anew.
  const start = useAction('startAgent', ['status', 'credentials', 'connections'])
  return (
    <Banner
      tone="bad"
      actions={
        <Button variant="default" loading={start.isPending} onClick={() => start.mutate({})}>
          {text('common.tryAgain')}
        </Button>
      }
    >
      {richText(missing ? 'errors.keychainMissing' : 'errors.keychainLocked')}{' '}
      {missing ? text('errors.keychainMissingHelp') : null}
    </Banner>
  )
}

const AgentGone = () => {
  const canStart = useMethod('host', {}).data?.capabilities.includes('start-agent') ?? false
  const start = useAction('startAgent', ['status', 'credentials', 'connections'])
  const button = (
    <Button variant="default" loading={start.isPending} onClick={() => start.mutate({})}>
      {text('errors.startAgent')}
    </Button>
  )
  return (
    <Banner tone="bad" actions={canStart ? button : null}>
      {richText('errors.agentGone')}
    </Banner>
  )
}

const SessionEnds = ({ status }: { readonly status: AgentStatus | undefined }) => {
  const now = useNow()
  const left = status?.session ? Date.parse(status.session.expiresAt) - now : Infinity
  if (left > NOTICE || left <= 0) return null
  return <Banner tone="warn">{richText('errors.sessionEnds', { time: duration(left) })}</Banner>
}
