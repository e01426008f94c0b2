/** Why a person reaches a credential, or not: the decision function's own reasons, and what would change its answer. */
import { Select } from '@mantine/core'
import { IconHelpCircle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { type RouteAnswer, useRoute } from '../../../data/use-route.ts'
import { richText, text } from '../../../texts/text.ts'
import { Page } from '../../../ui/page.tsx'
import { ReasonList } from '../../../ui/reason-list.tsx'
import { EmptyState, ErrorBar, SkeletonRows } from '../../../ui/states.tsx'
import { Status, StatusGlyph } from '../../../ui/status.tsx'
import { clockTime, useNow } from '../../../ui/time.ts'
import { fullName, useCredentialNames, useReadable, useUserNames } from '../data/names.ts'
import styles from './access.module.css'
import { useWays } from './use-ways.ts'

type Explanation = RouteAnswer<'explainAccess'>

const MOST_CHOICES = 50

export const WhyPage = ({ path, tabs }: { readonly path: string; readonly tabs: ReactNode }) => {
  const [location, navigate] = useLocation()
  const users = useReadable('listUsers', 'users.read').items
  const credentials = useReadable('listCredentials', 'resources.read').items
  const nameOf = useCredentialNames()
  const [user = '', credential = ''] = location.slice(path.length + 1).split('/')
  const go = (person: string | null, target: string | null): void =>
    navigate([path, person ?? '', target ?? ''].join('/').replace(/\/+$/, ''))
  return (
    <Page title={text('reach.title')} toolbar={tabs} scrolling>
      <div className={styles['why']}>
        <p className="muted">{text('reach.explainHint')}</p>
        <div className={styles['question']}>
          <Select
            label={text('reach.person')}
            placeholder={text('reach.choosePerson')}
            data={users.map((one) => ({ value: one.id, label: `${fullName(one)} · ${one.email}` }))}
            value={user === '' ? null : user}
            onChange={(chosen) => go(chosen, credential)}
            searchable
            limit={MOST_CHOICES}
            nothingFoundMessage={text('admin.nothingFound')}
          />
          <Select
            label={text('reach.credential')}
            placeholder={text('reach.chooseCredential')}
            data={credentials.map(({ id }) => ({ value: id, label: nameOf(id) }))}
            value={credential === '' ? null : credential}
            onChange={(chosen) => go(user, chosen)}
            searchable
            disabled={user === ''}
            limit={MOST_CHOICES}
            nothingFoundMessage={text('admin.nothingFound')}
          />
        </div>
        {user !== '' && credential !== '' ? (
          <Answer user={user} credential={credential} />
        ) : (
          <EmptyState icon={IconHelpCircle} title={text('reach.explainTitle')}>
            {text('reach.choose')}
          </EmptyState>
        )}
      </div>
    </Page>
  )
}

const Answer = ({ user, credential }: { readonly user: string; readonly credential: string }) => {
  const query = useRoute('explainAccess', { query: { user, credential } })
  const userName = useUserNames()
  const nameOf = useCredentialNames()
  if (query.error) return <ErrorBar error={query.error} onRetry={() => void query.refetch().catch(() => {})} />
  if (!query.data) return <SkeletonRows count={4} />
  const { allowed, reasons } = query.data
  const names = { person: userName(user), credential: nameOf(credential) }
  const deciding = allowed ? reasons.find(({ rule }) => rule === 'granted') : reasons.find(({ holds }) => !holds)
  return (
    <div className={styles['answer']} role="status">
      <p className={styles['sentence']}>
        <Status kind={allowed ? 'ready' : 'failed'}>{text(allowed ? 'common.yes' : 'common.no')}</Status>
        <span>{richText(allowed ? 'reach.allowed' : 'reach.refused', names)}</span>
      </p>
      {deciding ? (
        <section className={styles['part']}>
          <h2>{text('reach.decidedBy')}</h2>
          <p className="selectable">{deciding.text}</p>
        </section>
      ) : null}
      <section className={styles['part']}>
        <h2>{text('reach.wouldChange')}</h2>
        {allowed ? <TakeAway user={user} credential={credential} /> : <Fix rule={deciding?.rule} person={names.person} />}
        <Links user={user} credential={credential} person={names.person} />
      </section>
      <Rules reasons={reasons} />
    </div>
  )
}

const Rules = ({ reasons }: Pick<Explanation, 'reasons'>) => (
  <section className={styles['part']}>
    <h2>{text('reach.allRules')}</h2>
    <ReasonList reasons={reasons} />
  </section>
)

const Fix = ({ rule, person }: { readonly rule: string | undefined; readonly person: string }) => {
  switch (rule) {
    case 'user-active':
      return <p>{text('reach.fixUser')}</p>
    case 'granted':
      return <p>{text('reach.fixGranted', { person })}</p>
    case 'secret-bound':
      return <p>{text('reach.fixSecret')}</p>
    default:
      return <p>{text('reach.fixOther')}</p>
  }
}

interface PairProps {
  readonly user: string
  readonly credential: string
}

const TakeAway = ({ user, credential }: PairProps) => {
  const now = useNow()
  const ways = useWays().items.filter((way) => way.user.id === user && way.credential.id === credential)
  return (
    <>
      <p>{text('reach.takeAway')}</p>
      <ul className={styles['ways']}>
        {ways.map(({ id, through, until }) => (
          <li key={id}>
            <StatusGlyph kind="in-use" />{' '}
            {through.kind === 'role' ? (
              <a href={`#/roles/${through.id}`}>{text('reach.wayRole', { name: through.name })}</a>
            ) : (
              text('reach.wayGrant', { time: until ? clockTime(until, now) : '' })
            )}
          </li>
        ))}
      </ul>
    </>
  )
}

const Links = ({ user, credential, person }: PairProps & { readonly person: string }) => {
  const credentials = useReadable('listCredentials', 'resources.read').items
  const resource = credentials.find(({ id }) => id === credential)?.resource
  return (
    <p className={styles['links']}>
      <a href={`#/users/${user}`}>{text('reach.openPerson', { name: person })}</a>
      {resource ? <a href={`#/catalogue/${resource}`}>{text('reach.openResource')}</a> : null}
    </p>
  )
}
