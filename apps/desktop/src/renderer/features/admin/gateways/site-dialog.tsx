/** The name of a site: of a new one, or another for one that is there. */
import { useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { toast } from '../../../ui/toast.ts'
import { adminLists } from '../change/plan.ts'
import type { Site } from '../data/names.ts'
import { NameDialog } from '../parts/name-dialog.tsx'

export const SiteDialog = ({ site, onClose }: { readonly site: Site | null; readonly onClose: () => void }) => {
  const create = useChange('createSite', adminLists)
  const change = useChange('changeSite', adminLists)
  const onSuccess = ({ name }: Site): void => {
    toast(text('gateways.siteDone', { name }))
    onClose()
  }
  return (
    <NameDialog
      title={site ? text('gateways.siteRenameTitle', { name: site.name }) : text('gateways.siteAddTitle')}
      submit={text(site ? 'admin.save' : 'gateways.siteAdd')}
      label={text('gateways.siteName')}
      hint={text('gateways.siteNameHint')}
      name={site?.name ?? ''}
      busy={create.isPending || change.isPending}
      error={create.error ?? change.error}
      onSubmit={(name) =>
        site
          ? change.mutate({ parameters: { site: site.id }, body: { name } }, { onSuccess })
          : create.mutate({ body: { name } }, { onSuccess })
      }
      onClose={onClose}
    />
  )
}
