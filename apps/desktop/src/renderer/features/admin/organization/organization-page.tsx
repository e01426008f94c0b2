/** What holds for everybody of the organization. */
import { usePermissions } from '../../../data/permissions.ts'
import { useRoute } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { Facts } from '../../../ui/facts.tsx'
import { Page } from '../../../ui/page.tsx'
import { ErrorBar, SkeletonRows } from '../../../ui/states.tsx'
import styles from './organization.module.css'
import { SettingsForm } from './settings-form.tsx'
import { SinksSection } from './sinks-section.tsx'

export const OrganizationPage = () => {
  const query = useRoute('getSettings', {})
  const mayChange = usePermissions().has('settings.write')
  const organization = query.data
  return (
    <Page
      title={text('organization.title')}
      banner={query.error ? <ErrorBar error={query.error} onRetry={() => void query.refetch().catch(() => {})} /> : null}
      scrolling
    >
      {query.isPending ? <SkeletonRows /> : null}
      {organization ? (
        <div className={styles['page']}>
          <section className={styles['group']} aria-label={text('organization.facts')}>
            <h2 className={styles['groupTitle']}>{text('organization.facts')}</h2>
            <Facts
              facts={[
                [text('organization.name'), organization.name],
                [text('organization.slug'), organization.slug],
                [text('organization.trustDomain'), <code className="mono">{organization.trustDomain}</code>],
                [text('organization.id'), <code className="mono">{organization.id}</code>],
              ]}
            />
          </section>
          <SettingsForm key={JSON.stringify(organization.settings)} organization={organization} mayChange={mayChange} />
          <SinksSection mayChange={mayChange} />
        </div>
      ) : null}
    </Page>
  )
}
