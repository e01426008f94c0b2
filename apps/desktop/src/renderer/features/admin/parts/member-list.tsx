/** A short list inside a panel: who or what belongs to it, each with a button to take it out, and a field to add one. */
import { ActionIcon, Button, Select } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { text } from '../../../texts/text.ts'
import styles from './parts.module.css'

export interface Member {
  readonly id: string
  readonly name: string
  readonly note?: ReactNode
  /** Where its name leads. */
  readonly href?: string
  /** Stays as it is, whoever looks. */
  readonly fixed?: boolean
}

interface MemberListProps {
  /** What it lists, for screen readers. */
  readonly label: string
  readonly members: readonly Member[]
  readonly empty: string
  /** Absent: nobody may be taken out by this person. */
  readonly onRemove?: ((member: Member) => void) | undefined
  /** Absent: nobody may be added by this person. */
  readonly adding?:
    | {
        readonly label: string
        readonly choices: readonly { readonly value: string; readonly label: string }[]
        readonly onAdd: (id: string) => void
      }
    | undefined
}

/** Rows that are drawn before somebody asks for all. */
const SHOWN = 12
const MOST_CHOICES = 50

export const MemberList = ({ label, members, empty, onRemove, adding }: MemberListProps) => {
  const [all, setAll] = useState(false)
  const shown = all ? members : members.slice(0, SHOWN)
  return (
    <>
      {members.length === 0 ? (
        <p className="muted">{empty}</p>
      ) : (
        <ul className={styles['members']} aria-label={label}>
          {shown.map((member) => (
            <li key={member.id} className={styles['member']}>
              <span className="truncate" title={member.name}>
                {member.href ? <a href={`#${member.href}`}>{member.name}</a> : member.name}
              </span>
              {member.note ? <span className={styles['note']}>{member.note}</span> : null}
              {onRemove && !member.fixed ? (
                <ActionIcon aria-label={text('admin.removeNamed', { name: member.name })} onClick={() => onRemove(member)}>
                  <IconX size={16} stroke={1.75} />
                </ActionIcon>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      {shown.length < members.length ? (
        <Button variant="subtle" onClick={() => setAll(true)}>
          {text('admin.showAll', { count: members.length })}
        </Button>
      ) : null}
      {adding && adding.choices.length > 0 ? (
        <Select
          className={styles['adding'] ?? ''}
          aria-label={adding.label}
          placeholder={adding.label}
          data={adding.choices}
          value={null}
          searchable
          limit={MOST_CHOICES}
          nothingFoundMessage={text('admin.nothingFound')}
          onChange={(id) => id && adding.onAdd(id)}
        />
      ) : null}
    </>
  )
}
