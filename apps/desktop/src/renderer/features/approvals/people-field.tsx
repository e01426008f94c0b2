/** Everybody who has one of some roles, and some people by name. */
import type { People } from '@sallyport/protocol/api'
import type { Names } from '../../data/names.ts'
import { ManyField } from './many-field.tsx'

interface PeopleFieldProps {
  readonly rolesLabel: string
  readonly usersLabel: string
  readonly names: Names
  readonly value: People
  readonly onChange: (value: People) => void
}

export const PeopleField = ({ rolesLabel, usersLabel, names, value, onChange }: PeopleFieldProps) => (
  <>
    <ManyField
      label={rolesLabel}
      kind="role"
      names={names}
      value={value.roles}
      onChange={(roles) => onChange({ ...value, roles })}
    />
    <ManyField
      label={usersLabel}
      kind="user"
      names={names}
      value={value.users}
      onChange={(users) => onChange({ ...value, users })}
    />
  </>
)
