/** Everything that a person may reach, live: search, switches, addresses, and one panel for the rest. */
import { Button, Menu, SegmentedControl } from '@mantine/core'
import { IconCopy, IconInfoCircle, IconPower, IconStar } from '@tabler/icons-react'
import { type KeyboardEvent, useCallback, useDeferredValue, useEffect, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import type { LocalCredential } from '../../../shared/local-api.ts'
import { addressOf, isDangerous, titleOf } from '../../data/credential.ts'
import { useLastTool } from '../../data/use-last-tool.ts'
import { useMethod } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { announce } from '../../ui/announcer.tsx'
import { useCopy } from '../../ui/copy-button.tsx'
import { DataGrid } from '../../ui/data-grid.tsx'
import { count } from '../../ui/numbers.ts'
import { Page } from '../../ui/page.tsx'
import { RowMenu } from '../../ui/row-menu.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { ErrorBar, FilteredToNothing, SkeletonRows } from '../../ui/states.tsx'
import { clockTime, useNow } from '../../ui/time.ts'
import { resourceColumns } from './columns.tsx'
import { EmptyView, type View } from './empty-view.tsx'
import { filtered } from './filter.ts'
import { ResourcePanel } from './resource-panel.tsx'
import { credentialState, isOn } from './state.ts'
import { useFavourites } from './use-favourites.ts'
import { useSwitch } from './use-switch.ts'

const keyOf = ({ granted }: LocalCredential): string => granted.credential
const NONE: readonly LocalCredential[] = []
/** More than these at once is asked of a filter first. */
const MOST_AT_ONCE = 100

export const ResourcesPage = () => {
  const query = useMethod('credentials', {})
  const credentials = query.data?.items ?? NONE
  const now = useNow()
  const [location, navigate] = useLocation()
  const [view, setView] = useState<View>('all')
  const [typed, setTyped] = useState('')
  const wanted = useDeferredValue(typed)
  const [menu, setMenu] = useState<{ readonly credential: LocalCredential; readonly anchor: HTMLElement } | null>(null)
  const favourites = useFavourites()
  const { pending, toggle, turnOn, progress } = useSwitch()
  const copy = useCopy()
  const openLast = useLastTool()

  const inView = useMemo(() => favourites.select(credentials, view), [favourites, credentials, view])
  const rows = useMemo(() => filtered(inView, wanted), [inView, wanted])
  useEffect(() => {
    if (wanted !== '') announce(text('common.ofTotal', { count: count(rows.length), total: count(inView.length) }))
  }, [wanted, rows.length, inView.length])

  const opened = location.startsWith('/resources/') ? location.slice('/resources/'.length) : null
  const selected = credentials.find((credential) => keyOf(credential) === opened)
  const open = useCallback((credential: LocalCredential) => navigate(`/resources/${keyOf(credential)}`), [navigate])
  const close = useCallback(() => navigate('/resources'), [navigate])

  const columns = useMemo(
    () =>
      resourceColumns({
        stateOf: (credential) =>
          pending.has(credential.granted.name)
            ? { kind: 'preparing', word: text('resources.preparing') }
            : credentialState(credential, now),
        isFavourite: favourites.has,
        isPending: ({ granted }) => pending.has(granted.name),
        onToggle: toggle,
        onMenu: (credential, anchor) => setMenu({ credential, anchor }),
      }),
    [pending, toggle, favourites.has, now],
  )

  const copyAddress = (credential: LocalCredential): void => {
    copy(addressOf(credential))
    favourites.used(credential)
  }
  const onRowKey = (credential: LocalCredential, event: KeyboardEvent): boolean => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false
    switch (event.key) {
      case ' ':
        toggle(credential)
        return true
      case 'c':
        copyAddress(credential)
        return true
      case 'f':
        favourites.toggle(credential)
        return true
      case 'o':
        // Its panel tells how the launch goes on.
        open(credential)
        openLast(credential)
        favourites.used(credential)
        return true
      default:
        return false
    }
  }

  const turnable = rows.filter((credential) => !isOn(credential) && credential.granted.bound)
  const updatedAt = query.dataUpdatedAt > 0 ? clockTime(new Date(query.dataUpdatedAt).toISOString(), now) : undefined
  return (
    <Page
      title={text('resources.title')}
      total={query.data ? inView.length : undefined}
      shown={rows.length}
      banner={
        query.error ? (
          <ErrorBar
            error={query.error}
            asOf={query.data ? updatedAt : undefined}
            onRetry={() => void query.refetch().catch(() => {})}
          />
        ) : null
      }
      actions={
        progress ? (
          <span className="muted numbers" role="status">
            {text('resources.turningOn', progress)}
          </span>
        ) : turnable.length > 0 && turnable.length <= MOST_AT_ONCE ? (
          <Button variant="default" leftSection={<IconPower size={16} stroke={1.75} />} onClick={() => turnOn(turnable)}>
            {text('resources.turnOnAll', { count: turnable.length })}
          </Button>
        ) : null
      }
      toolbar={
        <>
          <SearchField
            label={text('resources.search')}
            placeholder={text('resources.searchHint')}
            value={typed}
            onChange={setTyped}
          />
          <SegmentedControl
            aria-label={text('resources.views')}
            value={view}
            onChange={(chosen) => setView(chosen as View)}
            data={[
              { value: 'all', label: text('resources.all') },
              { value: 'favourites', label: text('resources.favourites') },
              { value: 'recent', label: text('resources.recent') },
              { value: 'on', label: text('resources.on') },
            ]}
          />
        </>
      }
      panel={
        selected ? (
          <ResourcePanel
            key={keyOf(selected)}
            credential={selected}
            state={credentialState(selected, now)}
            onClose={close}
            onRetry={() => turnOn([{ ...selected, listener: { state: 'off' } }])}
            onUsed={() => favourites.used(selected)}
          />
        ) : null
      }
    >
      {query.isPending ? <SkeletonRows /> : null}
      {rows.length > 0 ? (
        <DataGrid
          label={text('resources.list')}
          rows={rows}
          columns={columns}
          keyOf={keyOf}
          selected={opened}
          onOpen={open}
          onRowKey={onRowKey}
          onContextMenu={(credential, anchor) => setMenu({ credential, anchor })}
          isDangerous={isDangerous}
        />
      ) : null}
      {query.data && rows.length === 0 ? (
        wanted === '' ? (
          <EmptyView view={view} />
        ) : (
          <FilteredToNothing filter={wanted} onClear={() => setTyped('')} />
        )
      ) : null}
      <RowMenu
        anchor={menu?.anchor ?? null}
        label={menu ? text('common.moreOf', { name: titleOf(menu.credential) }) : ''}
        onClose={() => setMenu(null)}
      >
        {menu ? (
          <>
            <Menu.Item leftSection={<IconInfoCircle size={16} stroke={1.75} />} onClick={() => open(menu.credential)}>
              {text('resources.openDetails')}
            </Menu.Item>
            <Menu.Item leftSection={<IconCopy size={16} stroke={1.75} />} onClick={() => copyAddress(menu.credential)}>
              {text('resources.copyAddress')}
            </Menu.Item>
            <Menu.Item leftSection={<IconPower size={16} stroke={1.75} />} onClick={() => toggle(menu.credential)}>
              {text(isOn(menu.credential) ? 'resources.turnOff' : 'resources.turnOn')}
            </Menu.Item>
            <Menu.Item leftSection={<IconStar size={16} stroke={1.75} />} onClick={() => favourites.toggle(menu.credential)}>
              {text(favourites.has(menu.credential) ? 'resources.removeFavourite' : 'resources.addFavourite')}
            </Menu.Item>
          </>
        ) : null}
      </RowMenu>
    </Page>
  )
}
