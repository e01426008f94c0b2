/** The name of a site: of a new one, or another for one that is there. */
import { TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { toast } from '../../../ui/toast.ts'
import { adminLists } from '../change/plan.ts'
import type { Site } from '../data/names.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { needed } from '../parts/validation.ts'

export const SiteDialog = ({ site, onClose }: { readonly site: Site | null; readonly onClose: () => void }) => {
  const create = useChange('createSite', adminLists)
  const change = useChange('changeSite', adminLists)
  const form = useForm({ initialValues: { name: site?.name ?? '' }, validate: { name: needed } })
  const onSuccess = ({ name }: Site): void => {
    toast(text('gateways.siteDone', { name }))
    onClose()
  }
  const submit = form.onSubmit((body) =>
    site ? change.mutate({ parameters: { site: site.id }, body }, { onSuccess }) : create.mutate({ body }, { onSuccess }),
  )
  return (
    <FormDialog
      opened
      title={site ? text('gateways.siteRenameTitle', { name: site.name }) : text('gateways.siteAddTitle')}
      submit={text(site ? 'admin.save' : 'gateways.siteAdd')}
      busy={create.isPending || change.isPending}
      error={create.error ?? change.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label={text('gateways.siteName')}
        description={text('gateways.siteNameHint')}
        maxLength={120}
        data-autofocus
        {...form.getInputProps('name')}
      />
    </FormDialog>
  )
}
