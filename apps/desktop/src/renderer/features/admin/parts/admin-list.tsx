/** A list of administrators: search, rows, and a panel at the address of a row; the same states wherever it is used. */
import { Button } from '@mantine/core'
import { type ComponentProps, type ReactNode, useCallback, useDeferredValue, useEffect, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import type { Addition } from '../../../app/screen.ts'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import { announce } from '../../../ui/announcer.tsx'
import { type Column, DataGrid } from '../../../ui/data-grid.tsx'
import { count } from '../../../ui/numbers.ts'
import { Page } from '../../../ui/page.tsx'
import { SearchField } from '../../../ui/search-field.tsx'
import { EmptyState, ErrorBar, FilteredToNothing, SkeletonRows } from '../../../ui/states.tsx'
import { clockTime, useNow } from '../../../ui/time.ts'
import type { Items } from '../data/use-items.ts'

/** A row more: its button is there for whoever may, here, where nothing is listed yet, and in the palette. */
interface Adding {
  readonly what: Addition
  readonly form: (ends: FormEnds) => ReactNode
}

interface FormEnds {
  readonly close: () => void
  /** Leads to the row that was made. */
  readonly show: (id: string) => void
}

interface AdminListProps<Row extends { readonly id: string }> {
  /** `/users`: the address of a row is below it. */
  readonly path: string
  readonly title: string
  /** What the grid lists, for screen readers. */
  readonly label: string
  readonly searchLabel: string
  readonly list: Items<Row>
  readonly columns: readonly Column<Row>[]
  /** What a search looks in. */
  readonly textOf: (row: Row) => string
  /** Narrows the list down beyond the search. */
  readonly keeps?: (row: Row) => boolean
  readonly adding?: Adding
  readonly tools?: ReactNode
  readonly empty: Pick<ComponentProps<typeof EmptyState>, 'icon' | 'title'> & { readonly text?: string }
  readonly panel?: (row: Row, onClose: () => void) => ReactNode
  readonly isDangerous?: (row: Row) => boolean
}

const keyOf = ({ id }: { readonly id: string }): string => id

/** Every word must occur. */
const wordsOf = (typed: string): readonly string[] => typed.toLowerCase().split(/\s+/).filter(Boolean)

export const AdminList = <Row extends { readonly id: string }>(props: AdminListProps<Row>) => {
  const { path, list, textOf, keeps } = props
  const [location, navigate] = useLocation()
  const [typed, setTyped] = useState('')
  const wanted = useDeferredValue(typed)
  const now = useNow()
  const rows = useMemo(() => {
    const words = wordsOf(wanted)
    return list.items.filter((row) => {
      if (keeps && !keeps(row)) return false
      if (words.length === 0) return true
      const content = textOf(row).toLowerCase()
      return words.every((word) => content.includes(word))
    })
  }, [list.items, wanted, textOf, keeps])
  const total = list.items.length
  useEffect(() => {
    if (wanted !== '') announce(text('common.ofTotal', { count: count(rows.length), total: count(total) }))
  }, [wanted, rows.length, total])

  const opened = location.startsWith(`${path}/`) ? location.slice(path.length + 1) : null
  const selected = list.items.find(({ id }) => id === opened)
  const close = useCallback(() => navigate(path), [navigate, path])
  const { adding, empty, panel } = props
  const may = usePermissions()
  const add =
    adding && may.has(adding.what.permission) ? (
      <Button variant="filled" onClick={() => navigate(adding.what.path)}>
        {adding.what.title()}
      </Button>
    ) : null
  const asOf = list.updatedAt > 0 ? clockTime(new Date(list.updatedAt).toISOString(), now) : undefined
  const isKnown = list.updatedAt > 0
  return (
    <Page
      title={props.title}
      total={isKnown ? total : undefined}
      shown={rows.length}
      banner={list.error ? <ErrorBar error={list.error} asOf={asOf} onRetry={list.retry} /> : null}
      actions={add}
      toolbar={
        <>
          {total > 0 ? <SearchField label={props.searchLabel} value={typed} onChange={setTyped} /> : null}
          {props.tools}
        </>
      }
      panel={selected && panel ? panel(selected, close) : null}
    >
      {list.isPending && !list.error ? <SkeletonRows /> : null}
      {rows.length > 0 ? (
        <DataGrid
          label={props.label}
          rows={rows}
          columns={props.columns}
          keyOf={keyOf}
          selected={opened}
          {...(panel ? { onOpen: ({ id }: Row) => navigate(`${path}/${id}`) } : {})}
          {...(props.isDangerous ? { isDangerous: props.isDangerous } : {})}
        />
      ) : null}
      {isKnown && rows.length === 0 ? (
        wanted === '' ? (
          <EmptyState icon={empty.icon} title={empty.title} actions={add}>
            {empty.text}
          </EmptyState>
        ) : (
          <FilteredToNothing filter={wanted} onClear={() => setTyped('')} />
        )
      ) : null}
      {add && location === adding?.what.path
        ? adding.form({
            close: () => navigate(path, { replace: true }),
            show: (id) => navigate(`${path}/${id}`, { replace: true }),
          })
        : null}
    </Page>
  )
}
