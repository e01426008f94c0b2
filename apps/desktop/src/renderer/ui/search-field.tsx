/** Narrows a list down. Escape empties it; Ctrl or Cmd F and `/` come here from anywhere on the screen. */
import { CloseButton, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { type KeyboardEvent, useEffect, useRef } from 'react'
import { text } from '../texts/text.ts'
import { singleKeys } from './single-keys.ts'
import { isTyping } from './typing.ts'

interface SearchFieldProps {
  readonly label: string
  readonly placeholder?: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly width?: number
}

export const SearchField = ({ label, placeholder, value, onChange, width = 280 }: SearchFieldProps) => {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      const find = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'f'
      const slash = event.key === '/' && singleKeys() && !isTyping(event.target)
      if (!find && !slash) return
      event.preventDefault()
      field.current?.focus()
      field.current?.select()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || value === '') return
    event.preventDefault()
    onChange('')
  }
  return (
    <TextInput
      ref={field}
      type="search"
      aria-label={label}
      placeholder={placeholder ?? label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={onKeyDown}
      leftSection={<IconSearch size={16} stroke={1.75} aria-hidden="true" />}
      rightSection={
        value === '' ? null : <CloseButton size="sm" aria-label={text('common.clearFilter')} onClick={() => onChange('')} />
      }
      style={{ width }}
      spellCheck={false}
    />
  )
}
