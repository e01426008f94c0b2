/** A form whose change is shown with what it will affect before it is made; thinking better of it leads back to the form. */
import type { ComponentProps } from 'react'
import { ChangeDialog } from '../change/change-dialog.tsx'
import type { Plan } from '../change/plan.ts'
import { FormDialog } from './form-dialog.tsx'

interface ReviewedFormProps extends Omit<ComponentProps<typeof FormDialog>, 'opened'> {
  /** What the form became; null: it is being filled in. */
  readonly plan: Plan | null
  readonly onBack: () => void
}

export const ReviewedForm = ({ plan, onBack, ...form }: ReviewedFormProps) => (
  <>
    <FormDialog opened={plan === null} {...form} />
    <ChangeDialog plan={plan} onClose={onBack} />
  </>
)
