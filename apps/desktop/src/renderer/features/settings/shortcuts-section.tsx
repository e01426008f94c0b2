/** All keys that do something, to be searched. */
import { Kbd } from '@mantine/core'
import { useState } from 'react'
import { useMethod } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { SearchField } from '../../ui/search-field.tsx'
import { FilteredToNothing } from '../../ui/states.tsx'
import styles from './settings.module.css'

interface Shortcut {
  /** Keys pressed together are joined by `+`, alternatives are apart. */
  readonly keys: readonly string[]
  readonly does: string
}

interface Group {
  readonly title: string
  readonly shortcuts: readonly Shortcut[]
}

/** @param command the key that begins commands on this system. */
const groups = (command: string): readonly Group[] => [
  {
    title: text('settings.shortcutsEverywhere'),
    shortcuts: [
      { keys: [`${command}+K`], does: text('settings.keyPalette') },
      { keys: [`${command}+F`, '/'], does: text('settings.keyFilter') },
      { keys: [`${command}+1`, `${command}+7`], does: text('settings.keySections') },
      { keys: [`${command}+,`], does: text('settings.keySettings') },
      { keys: [`${command}+L`], does: text('settings.keyLock') },
      { keys: ['?'], does: text('settings.keyShortcuts') },
      { keys: ['F6'], does: text('settings.keyRegion') },
      { keys: ['Shift+F6'], does: text('settings.keyRegionBack') },
    ],
  },
  {
    title: text('settings.shortcutsList'),
    shortcuts: [
      { keys: ['↑', '↓'], does: text('settings.keyMove') },
      { keys: ['PgUp', 'PgDn'], does: text('settings.keyPage') },
      { keys: ['Home', 'End'], does: text('settings.keyEnds') },
      { keys: ['Enter'], does: text('settings.keyOpen') },
      { keys: ['Esc'], does: text('settings.keyClose') },
    ],
  },
  {
    title: text('settings.shortcutsRow'),
    shortcuts: [
      { keys: ['Space'], does: text('settings.keySwitch') },
      { keys: ['C'], does: text('settings.keyCopy') },
      { keys: ['F'], does: text('settings.keyFavourite') },
      { keys: ['O'], does: text('settings.keyTool') },
      { keys: ['.', 'Shift+F10'], does: text('settings.keyMenu') },
      { keys: ['Delete'], does: text('settings.keyEnd') },
    ],
  },
]

export const ShortcutsSection = () => {
  const platform = useMethod('host', {}).data?.platform
  const [typed, setTyped] = useState('')
  const wanted = typed.trim().toLowerCase()
  const shown = groups(platform === 'darwin' ? '⌘' : 'Ctrl')
    .map(({ title, shortcuts }) => ({
      title,
      shortcuts: shortcuts.filter(({ keys, does }) => `${keys.join(' ')} ${does}`.toLowerCase().includes(wanted)),
    }))
    .filter(({ shortcuts }) => shortcuts.length > 0)
  return (
    <>
      <div className={styles['search']}>
        <SearchField label={text('settings.shortcutsSearch')} value={typed} onChange={setTyped} />
      </div>
      {shown.length === 0 ? <FilteredToNothing filter={typed} onClear={() => setTyped('')} /> : null}
      {shown.map(({ title, shortcuts }) => (
        <table key={title} className={styles['keys']}>
          <caption>{title}</caption>
          <thead className="visually-hidden">
            <tr>
              <th scope="col">{text('settings.keyName')}</th>
              <th scope="col">{text('settings.keyDoes')}</th>
            </tr>
          </thead>
          <tbody>
            {shortcuts.map(({ keys, does }) => (
              <tr key={does}>
                <td>
                  {keys.map((combination, at) => (
                    <span key={combination}>
                      {at > 0 ? ' ' : ''}
                      {combination.split('+').map((key) => (
                        <Kbd key={key}>{key}</Kbd>
                      ))}
                    </span>
                  ))}
                </td>
                <td>{does}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </>
  )
}
