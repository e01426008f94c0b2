/** The address in every form that tools take. */
import { IconCopy } from '@tabler/icons-react'
import { addressForms, addressIn, type AddressForm, postgresAddress } from '../../../shared/addresses.ts'
import type { LocalCredential } from '../../../shared/local-api.ts'
import { useMethod } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { useCopy } from '../../ui/copy-button.tsx'
import styles from './resources.module.css'

const FORMS = {
  url: ['resources.formUrl', 'resources.formUrlFor'],
  psql: ['resources.formPsql', 'resources.formPsqlFor'],
  jdbc: ['resources.formJdbc', 'resources.formJdbcFor'],
  env: ['resources.formEnv', 'resources.formEnvFor'],
  docker: ['resources.formDocker', 'resources.formDockerFor'],
  socket: ['resources.formSocket', 'resources.formSocketFor'],
} as const satisfies Readonly<Record<AddressForm, readonly [string, string]>>

interface CopyAsProps {
  readonly credential: LocalCredential
  readonly onCopied: () => void
}

export const CopyAs = ({ credential, onCopied }: CopyAsProps) => {
  const copy = useCopy()
  const platform = useMethod('host', {}).data?.platform ?? 'linux'
  const address = postgresAddress(credential)
  return (
    <ul>
      {addressForms.map((form) => {
        const content = addressIn(form, address, platform)
        if (content === null) return null
        const [label, purpose] = FORMS[form]
        return (
          <li key={form}>
            <button
              type="button"
              className={styles['form']}
              title={content}
              onClick={() => {
                copy(content, text(label))
                onCopied()
              }}
            >
              <span>{text(label)}</span>
              <span className="muted truncate">{text(purpose)}</span>
              <IconCopy size={16} stroke={1.75} aria-hidden="true" />
            </button>
          </li>
        )
      })}
    </ul>
  )
}
