/** A resource: where it is, how it is trusted, and whether a gateway reaches it, before it is kept. */
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { toast } from '../../../ui/toast.ts'
import { adminLists, type Plan, plan } from '../change/plan.ts'
import { type Resource, useReadable } from '../data/names.ts'
import { ReviewedForm } from '../parts/reviewed-form.tsx'
import styles from './catalogue.module.css'
import { ResourceFields } from './resource-fields.tsx'
import { checks, endpointOf, newResource, optionsOf, type ResourceValues, valuesOf } from './resource-values.ts'
import { WayTest } from './way-test.tsx'

interface ResourceDialogProps {
  /** null: a new one. */
  readonly resource: Resource | null
  readonly onClose: () => void
  readonly onMade?: (resource: Resource) => void
}

const bodyOf = (values: ResourceValues) => ({
  name: values.name,
  description: values.description,
  tags: [...values.tags],
  site: values.site,
  endpoint: endpointOf(values),
  options: optionsOf(values),
})

export const ResourceDialog = ({ resource, onClose, onMade }: ResourceDialogProps) => {
  const sites = useReadable('listSites', 'resources.read').items
  const [pending, setPending] = useState<Plan | null>(null)
  const create = useChange('createResource', adminLists)
  const test = useChange('testEndpoint')
  const form = useForm<ResourceValues>({
    initialValues: resource ? valuesOf(resource) : newResource(sites.length === 1 ? sites[0]!.id : ''),
    validate: checks,
  })
  const submit = form.onSubmit((values) => {
    const { name } = values
    if (resource)
      return setPending(
        plan(
          { route: 'changeResource', input: { parameters: { resource: resource.id }, body: bodyOf(values) }, onDone: onClose },
          {
            title: text('catalogue.askChange', { name: resource.name }),
            confirm: text('catalogue.confirmChange'),
            done: text('catalogue.doneChange', { name }),
          },
        ),
      )
    create.mutate(
      { body: bodyOf(values) },
      {
        onSuccess: (made) => {
          toast(text('catalogue.doneAdd', { name }))
          onClose()
          onMade?.(made)
        },
      },
    )
  })
  const tryIt = (): void => {
    if (form.validate().hasErrors) return
    const { site } = form.values
    test.mutate({ parameters: { site }, body: { endpoint: endpointOf(form.values) } })
  }
  return (
    <ReviewedForm
      plan={pending}
      onBack={() => setPending(null)}
      title={resource ? text('catalogue.editTitle', { name: resource.name }) : text('catalogue.addTitle')}
      submit={text(resource ? 'admin.review' : 'catalogue.add')}
      width={560}
      busy={create.isPending}
      error={create.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <ResourceFields form={form} sites={sites} />
      <div className={styles['test']}>
        <WayTest test={test} onTest={tryIt} />
      </div>
    </ReviewedForm>
  )
}
