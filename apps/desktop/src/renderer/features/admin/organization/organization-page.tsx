/** What holds for everybody of the organization: its settings, its log, its keys. */
import { usePermissions } from '../../../data/permissions.ts'
import { useRoute } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { Facts } from '../../../ui/facts.tsx'
import { Page } from '../../../ui/page.tsx'
import { ErrorBar, SkeletonRows } from '../../../ui/states.tsx'
import { KeysPage } from '../keys/keys-page.tsx'
import { LogPage } from '../log/log-page.tsx'
import { useSections } from '../parts/section-tabs.tsx'
import { SettingsGroup } from '../../../ui/settings-group.tsx'
import styles from './organization.module.css'
import { SettingsForm } from './settings-form.tsx'

const SETTINGS = '/organization'
const LOG = '/organization/log'
const KEYS = '/organization/keys'

export const OrganizationPage = () => {
  const { current, tabs } = useSections([
    { path: SETTINGS, label: text('organization.viewSettings') },
    { path: LOG, label: text('organization.viewLog') },
    { path: KEYS, label: text('organization.viewKeys') },
  ])
  return (
    <Page title={text('organization.title')} toolbar={tabs} scrolling>
      <div className={styles['page']}>{sectionOf(current)}</div>
    </Page>
  )
}

const sectionOf = (path: string) => {
  switch (path) {
    case LOG:
      return <LogPage />
    case KEYS:
      return <KeysPage />
    default:
      return <SettingsSection />
  }
}

const SettingsSection = () => {
  const query = useRoute('getSettings', {})
  const mayChange = usePermissions().has('settings.write')
  const organization = query.data
  return (
    <>
      {query.error ? <ErrorBar error={query.error} onRetry={() => void query.refetch().catch(() => {})} /> : null}
      {query.isPending ? <SkeletonRows /> : null}
      {organization ? (
        <>
          <SettingsGroup title={text('organization.facts')}>
            <Facts
              facts={[
                [text('organization.name'), organization.name],
                [text('organization.slug'), organization.slug],
                [text('organization.trustDomain'), <code className="mono">{organization.trustDomain}</code>],
                [text('organization.id'), <code className="mono">{organization.id}</code>],
              ]}
            />
          </SettingsGroup>
          <SettingsForm key={JSON.stringify(organization.settings)} organization={organization} mayChange={mayChange} />
        </>
      ) : null}
    </>
  )
}
