/** The run as tables: a group for each measurement, a row for each path, a column for each comparison. */
import { median } from '../median.ts'
import { describeGoal, goals, judge } from './goals.ts'
import { ratioOf, type Series, type Subject, subjects } from './result.ts'

/** What each of ours is compared with: the paths of others, and a root key in a file. */
const peers: readonly Subject[] = ['direct', 'ssh', 'stunnel', 'haproxy', 'pgbouncer', 'vault-local']
const isOurs = (subject: Subject): boolean =>
  (subject.startsWith('vault-') && subject !== 'vault-local') ||
  ['raw', 'sallyport', 'sallyport-tls', 'sallyport-relay'].includes(subject) ||
  subject.startsWith('kept-')

/** Three figures that count. */
export const figure = (value: number): string => {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size >= 100) return value.toFixed(0)
  return value.toFixed(size >= 10 ? 1 : 2)
}

const goalsOf = (series: Series, path: Subject): string =>
  goals
    .filter((goal) => goal.metric === series.metric.name && goal.path === path)
    .flatMap((goal) => {
      const judged = judge(goal, series)
      return judged === null ? [] : [`${describeGoal(goal, series.metric.unit)} ${judged.verdict}`]
    })
    .join(', ')

const rowsOf = (series: Series): string[][] => {
  const columns = peers.filter((peer) => (series.values.get(peer)?.length ?? 0) > 0)
  const rows = subjects.flatMap((path) => {
    const values = series.values.get(path) ?? []
    if (values.length === 0) return []
    const ratios = columns.map((peer) => {
      const ratio = isOurs(path) ? ratioOf(series, path, peer) : null
      return ratio === null ? '' : `${figure(ratio)}×`
    })
    return [[path, figure(median(values)), ...ratios, goalsOf(series, path)]]
  })
  return [['', series.metric.unit, ...columns.map((peer) => `/ ${peer}`), ''], ...rows]
}

/** The first column to the left, the figures to the right, what stands last as it comes. */
const align = (rows: readonly (readonly string[])[]): string[] => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row
      .map((cell, column) => {
        if (column === 0) return cell.padEnd(widths[column]!)
        return column === row.length - 1 ? cell : cell.padStart(widths[column]!)
      })
      .join('  ')
      .trimEnd(),
  )
}

export const seriesTable = (series: Series): string => {
  const { title, better } = series.metric
  const lines = align(rowsOf(series)).map((line) => `  ${line}`)
  return [`${title} (${better} is better)`, ...lines].join('\n')
}

/** What was asked and what came, the missed first. */
export const goalSummary = (all: readonly Series[]): string => {
  const judged = all.flatMap((series) =>
    goals
      .filter((goal) => goal.metric === series.metric.name)
      .flatMap((goal) => {
        const found = judge(goal, series)
        return found === null ? [] : [{ ...found, unit: series.metric.unit }]
      }),
  )
  if (judged.length === 0) return 'No goal is about what was measured.'
  const order = ['missed', 'tie', 'met']
  const rows = judged
    .toSorted((left, right) => order.indexOf(left.verdict) - order.indexOf(right.verdict))
    .map(({ goal, found, verdict, unit }) => [
      verdict,
      `${goal.metric}/${goal.path}`,
      goal.versus === null ? `${figure(found)} ${unit}` : `${figure(found)}×`,
      describeGoal(goal, unit),
    ])
  const count = (verdict: string): number => judged.filter((one) => one.verdict === verdict).length
  const lines = align([['', '', '', ''], ...rows]).slice(1)
  return [`Goals: ${count('met')} met, ${count('tie')} tie, ${count('missed')} missed`, ...lines.map((line) => `  ${line}`)].join(
    '\n',
  )
}
