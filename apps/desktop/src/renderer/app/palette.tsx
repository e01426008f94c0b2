/**
 * One field for places, resources and commands. Enter on a match shows it; nothing is connected, approved or ended by a fuzzy
 * match.
 */
import { Spotlight } from '@mantine/spotlight'
import { IconArrowRight, IconCommand, IconDatabase, IconSearch } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import type { LocalCredential } from '../../shared/local-api.ts'
import { addressOf, titleOf } from '../data/credential.ts'
import { usePermissions } from '../data/permissions.ts'
import { usePreferences } from '../data/preferences.ts'
import { useAction, useMethod } from '../data/use-method.ts'
import { text } from '../texts/text.ts'
import { useLock } from './lock.ts'
import { palette, paletteStore } from './palette-store.ts'
import { useVerbs, verbsFor } from './palette-verbs.ts'
import { isVisible } from './screen.ts'
import { screens } from './screens.ts'
import { ranked } from './ranking.ts'

/** As many as anybody reads. */
const MOST_HITS = 20
/** Resources that are offered before anything is typed. */
const FIRST_RESOURCES = 5

interface Hit {
  readonly key: string
  readonly label: string
  readonly description: string
  readonly icon: 'place' | 'resource' | 'command'
  readonly run: () => void
}

/** A resource that was found, with what can be done with it. */
interface ResourceHit extends Hit {
  readonly credential: LocalCredential
}

export const Palette = () => {
  const [search, setSearch] = useState('')
  return (
    <Spotlight.Root
      store={paletteStore}
      shortcut="mod + K"
      tagsToIgnore={[]}
      query={search}
      onQueryChange={setSearch}
      scrollable
      overlayProps={{ blur: 0 }}
      maxHeight={420}
      attributes={{ content: { 'aria-label': text('shell.palette') } }}
    >
      <Spotlight.Search
        placeholder={text('shell.palettePlaceholder')}
        aria-label={text('shell.palettePlaceholder')}
        leftSection={<IconSearch size={16} stroke={1.75} aria-hidden="true" />}
      />
      <Found search={search} />
    </Spotlight.Root>
  )
}

/** Apart from the palette, so that nothing is looked for while it is closed. */
const Found = ({ search }: { readonly search: string }) => {
  const hits = useHits(search)
  return (
    <Spotlight.ActionsList>
      {search === ''
        ? groupsOf(hits).map(([kind, group]) => (
            <Spotlight.ActionsGroup key={kind} label={groupName(kind)}>
              <Hits hits={kind === 'resource' ? group : group.map((hit) => ({ ...hit, description: '' }))} />
            </Spotlight.ActionsGroup>
          ))
        : null}
      {search === '' ? null : <Hits hits={hits} />}
      {hits.length === 0 ? <Spotlight.Empty>{text('shell.paletteNothing', { search })}</Spotlight.Empty> : null}
    </Spotlight.ActionsList>
  )
}

const Hits = ({ hits }: { readonly hits: readonly Hit[] }) =>
  hits.map(({ key, label, description, icon, run }) => (
    <Spotlight.Action
      key={key}
      label={label}
      description={description}
      leftSection={<HitIcon kind={icon} />}
      onClick={() => {
        palette.close()
        run()
      }}
    />
  ))

/** Before anything is typed: what was used last, then where to go, then what to do. */
const groupsOf = (hits: readonly Hit[]): readonly (readonly [Hit['icon'], readonly Hit[]])[] =>
  (['resource', 'place', 'command'] as const).flatMap((kind) => {
    const group = hits.filter(({ icon }) => icon === kind)
    return group.length === 0 ? [] : [[kind, kind === 'resource' ? group.slice(0, FIRST_RESOURCES) : group] as const]
  })

const groupName = (kind: Hit['icon']): string => {
  switch (kind) {
    case 'resource':
      return text('shell.paletteResources')
    case 'place':
      return text('shell.palettePlaces')
    case 'command':
      return text('shell.paletteCommands')
  }
}

const HitIcon = ({ kind }: { readonly kind: Hit['icon'] }) => {
  const Icon = { place: IconArrowRight, resource: IconDatabase, command: IconCommand }[kind]
  return <Icon size={16} stroke={1.75} />
}

/** Things to do, which are found by their words or listed after `>`. None of them takes anything from anybody. */
const useCommands = (): readonly Hit[] => {
  const [, navigate] = useLocation()
  const permissions = usePermissions()
  const { change } = usePreferences()
  const lock = useLock()
  const signOut = useAction('signOut', ['status', 'credentials', 'connections'])
  const command = (
    key: 'shell.toLight' | 'shell.toDark' | 'shell.toSystem' | 'lock.now' | 'shell.signOut',
    run: () => void,
  ): Hit => made(key, text(key), run)
  const made = (key: string, label: string, run: () => void): Hit => ({
    key,
    label,
    description: text('shell.paletteCommands'),
    icon: 'command',
    run,
  })
  return [
    command('shell.toLight', () => change({ theme: 'light' })),
    command('shell.toDark', () => change({ theme: 'dark' })),
    command('shell.toSystem', () => change({ theme: 'system' })),
    command('lock.now', lock),
    command('shell.signOut', () => signOut.mutate({})),
    ...screens
      .flatMap(({ additions = [] }) => additions)
      .filter(({ permission }) => permissions.has(permission))
      .map(({ path, title }) => made(path, title(), () => navigate(path))),
  ]
}

/** Only commands follow this sign. */
const COMMAND_SIGN = '>'

const useHits = (search: string): readonly Hit[] => {
  const [, navigate] = useLocation()
  const permissions = usePermissions()
  const credentials = useMethod('credentials', {}).data
  const { recent } = usePreferences().preferences
  const commands = useCommands()
  const verbsOf = useVerbs()
  const places = useMemo(
    () =>
      screens
        .filter((screen) => isVisible(screen, permissions))
        .map((screen): Hit => ({
          key: screen.path,
          label: screen.title(),
          description: text('shell.palettePlaces'),
          icon: 'place',
          run: () => navigate(screen.path),
        })),
    [permissions, navigate],
  )
  const resources = useMemo(() => {
    const used = new Map(recent.map((id, at) => [id, at]))
    const found = (credentials?.items ?? []).map((credential): ResourceHit => {
      const id = credential.granted.credential
      const address = addressOf(credential)
      return {
        key: id,
        label: titleOf(credential),
        description: used.has(id) ? `${address} · ${text('shell.paletteRecent')}` : address,
        icon: 'resource',
        run: () => navigate(`/resources/${id}`),
        credential,
      }
    })
    return found.toSorted((one, other) => (used.get(one.key) ?? recent.length) - (used.get(other.key) ?? recent.length))
  }, [credentials, recent, navigate])
  if (search.startsWith(COMMAND_SIGN)) return ranked(commands, search.slice(COMMAND_SIGN.length))
  const hits = [...places, ...resources, ...commands]
  if (search === '') return hits
  const verbs = verbsFor(resources, search, ({ credential }) => verbsOf(credential))
  return [
    ...ranked(hits, search).slice(0, MOST_HITS),
    ...verbs.map((verb): Hit => ({ ...verb, description: '', icon: 'command' })),
  ]
}
