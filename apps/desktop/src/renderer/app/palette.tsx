/**
 * One field for places, resources and commands. Enter on a match shows it; nothing is connected, approved or ended by a fuzzy
 * match.
 */
import { Spotlight } from '@mantine/spotlight'
import { IconArrowRight, IconSearch } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { usePermissions } from '../data/permissions.ts'
import { useMethod } from '../data/use-method.ts'
import { text } from '../texts/text.ts'
import { palette, paletteStore } from './palette-store.ts'
import { isVisible } from './screen.ts'
import { screens } from './screens.ts'
import { ranked } from './ranking.ts'

/** As many as anybody reads. */
const MOST_HITS = 30

interface Hit {
  readonly key: string
  readonly label: string
  readonly description: string
  readonly to: string
}

export const Palette = () => {
  const [search, setSearch] = useState('')
  const [, navigate] = useLocation()
  const hits = useHits(search)
  return (
    <Spotlight.Root
      store={paletteStore}
      shortcut="mod + K"
      tagsToIgnore={[]}
      query={search}
      onQueryChange={setSearch}
      scrollable
      maxHeight={420}
      attributes={{ content: { 'aria-label': text('shell.palette') } }}
    >
      <Spotlight.Search
        placeholder={text('shell.palettePlaceholder')}
        aria-label={text('shell.palettePlaceholder')}
        leftSection={<IconSearch size={16} stroke={1.75} aria-hidden="true" />}
      />
      <Spotlight.ActionsList>
        {hits.map(({ key, label, description, to }) => (
          <Spotlight.Action
            key={key}
            label={label}
            description={description}
            leftSection={<IconArrowRight size={16} stroke={1.75} />}
            styles={{ actionDescription: { opacity: 1 } }}
            onClick={() => {
              palette.close()
              navigate(to)
            }}
          />
        ))}
        {hits.length === 0 ? <Spotlight.Empty>{text('shell.paletteNothing', { search })}</Spotlight.Empty> : null}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  )
}

const useHits = (search: string): readonly Hit[] => {
  const permissions = usePermissions()
  const credentials = useMethod('credentials', {}).data
  const all = useMemo(() => {
    const places = screens
      .filter((screen) => isVisible(screen, permissions))
      .map((screen): Hit => ({
        key: screen.path,
        label: screen.title(),
        description: text('shell.palettePlaces'),
        to: screen.path,
      }))
    const found = (credentials?.items ?? []).map(({ granted, host, port }): Hit => ({
      key: granted.credential,
      label: granted.name,
      description: `${host}:${port}`,
      to: `/resources/${granted.credential}`,
    }))
    return [...places, ...found]
  }, [permissions, credentials])
  return useMemo(() => ranked(all, search, ({ label }) => label).slice(0, MOST_HITS), [all, search])
}
