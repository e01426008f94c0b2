/** Which areas a role may see and change. */
import { Checkbox } from '@mantine/core'
import type { Permission } from '@sallyport/protocol/api'
import { text } from '../../../texts/text.ts'
import { permissionAreas } from './permission-areas.ts'
import styles from './roles.module.css'

interface PermissionFieldsProps {
  readonly value: readonly Permission[]
  readonly onChange: (value: Permission[]) => void
}

export const PermissionFields = ({ value, onChange }: PermissionFieldsProps) => {
  const toggle = (permission: Permission): void =>
    onChange(value.includes(permission) ? value.filter((one) => one !== permission) : [...value, permission])
  const box = (permission: Permission | null, label: string) =>
    permission ? (
      <Checkbox size="sm" aria-label={label} checked={value.includes(permission)} onChange={() => toggle(permission)} />
    ) : null
  return (
    <fieldset className={styles['fieldset']}>
      <legend className={styles['legend']}>{text('roles.permissions')}</legend>
      <p className={styles['hint']}>{text('roles.permissionsHint')}</p>
      <table className={styles['permissions']}>
        <thead>
          <tr>
            <th scope="col">{text('roles.areaColumn')}</th>
            <th scope="col">{text('roles.see')}</th>
            <th scope="col">{text('roles.change')}</th>
          </tr>
        </thead>
        <tbody>
          {permissionAreas().map(({ name, see, change }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{box(see, text('roles.seeNamed', { area: name }))}</td>
              <td>{box(change, text('roles.changeNamed', { area: name }))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </fieldset>
  )
}

/** The same to read only: areas without anything allowed are left out. */
export const PermissionList = ({ value }: { readonly value: readonly Permission[] }) => {
  const allowed = permissionAreas().filter(({ see, change }) =>
    [see, change].some((permission) => permission && value.includes(permission)),
  )
  if (allowed.length === 0) return <p className="muted">{text('roles.permissionsNone')}</p>
  return (
    <ul>
      {allowed.map(({ name, see, change }) => (
        <li key={name} className={styles['allowed']}>
          <span>{name}</span>
          <span className="muted">
            {[
              see && value.includes(see) ? text('roles.see') : null,
              change && value.includes(change) ? text('roles.change') : null,
            ]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </li>
      ))}
    </ul>
  )
}
