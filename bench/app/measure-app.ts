/** What people feel of the app: how soon it is there, how soon it does what it is told, and what it costs to keep open. */
import { join } from 'node:path'
import { buildDesktop, desktopFolder, Testbed } from '@sallyport/testbed'
import type { Metric } from '../measurements/measurement.ts'
import { canCount } from '../processes.ts'
import type { Series } from '../results/result.ts'
import { type OwnChromium, startChromium } from './chromium.ts'
import { emptyMemory, firstPaint, idle, switchings } from './live-page.ts'
import { longList } from './long-list.ts'
import { longLog } from './long-log.ts'
import { serveFiles } from './serve-files.ts'

export interface AppPace {
  /** Times that the page is opened, and that the long lists are worked with. */
  readonly rounds: number
  /** Times that a switch is turned on. */
  readonly switchings: number
}

const metric = (name: string, title: string, unit: string): Metric => ({ name, title, unit, better: 'lower' })

const metrics = {
  firstPaint: metric('app-first-paint', 'App: from opening its page to the first resource on the screen', 'ms'),
  firstPaintWork: metric('app-first-paint-work', 'App: what its thread works until then', 'ms'),
  switching: metric('app-switch', 'App: from a click on a switch to its address being ready', 'ms'),
  filter: metric('app-filter', 'App: one key of a filter over 5,000 resources', 'ms'),
  filterWork: metric('app-filter-work', 'App: what its thread works for such a key', 'ms'),
  paletteOpen: metric('app-palette-open', 'App: opening the palette over 5,000 resources', 'ms'),
  paletteKey: metric('app-palette-key', 'App: one key in the palette', 'ms'),
  scroll: metric('app-scroll-p95', 'App: between two frames of a list that is scrolled, 95th percentile', 'ms'),
  logFirst: metric('app-log-first', 'App: from choosing the log of 100,000 entries to its first row', 'ms'),
  logGrowth: metric('app-log-growth', 'App: what it holds more after 10,000 rows of the log', 'MB'),
  memory: metric('app-memory', 'App: memory of the browser that shows it, idle', 'MB'),
  emptyMemory: metric('app-memory-empty', 'The same browser, which shows nothing', 'MB'),
  heap: metric('app-heap', 'App: what its page holds, idle, after a garbage collection', 'MB'),
  idleWork: metric('app-idle-work', 'App: part of a processor that the browser uses, idle', '%'),
} as const

const seriesOf = (name: keyof typeof metrics, values: readonly number[]): Series => ({
  metric: metrics[name],
  values: new Map([['app', values]]),
})

const onSallyport = async (chromium: OwnChromium, pace: AppPace): Promise<Series[]> => {
  const testbed = await Testbed.start()
  try {
    const series: Series[] = []
    // Before anything that makes the browser larger.
    if (canCount) {
      const empty = await emptyMemory(chromium)
      const { memory, heap, work } = await idle(testbed, chromium)
      series.push(seriesOf('memory', [memory]), seriesOf('emptyMemory', [empty]), seriesOf('heap', [heap]))
      series.push(seriesOf('idleWork', [work]))
    }
    const paints = await repeated(pace.rounds, () => firstPaint(testbed, chromium))
    const switched = await switchings(testbed, chromium, pace.switchings)
    return [
      seriesOf(
        'firstPaint',
        paints.map(({ after }) => after),
      ),
      seriesOf(
        'firstPaintWork',
        paints.map(({ work }) => work),
      ),
      seriesOf('switching', switched),
      ...series,
    ]
  } finally {
    await testbed.stop()
  }
}

const onMadeUpData = async (chromium: OwnChromium, pace: AppPace): Promise<Series[]> => {
  const files = await serveFiles(join(desktopFolder, 'dist', 'stories'))
  try {
    const lists = await repeated(pace.rounds, () => longList(files.origin, chromium))
    const logs = await repeated(pace.rounds, () => longLog(files.origin, chromium))
    return [
      ...(['filter', 'filterWork', 'paletteOpen', 'paletteKey', 'scroll'] as const).map((name) =>
        seriesOf(
          name,
          lists.map((list) => list[name]),
        ),
      ),
      seriesOf(
        'logFirst',
        logs.map(({ firstPage }) => firstPage),
      ),
      seriesOf(
        'logGrowth',
        logs.map(({ growth }) => growth),
      ),
    ]
  } finally {
    await files.stop()
  }
}

/** One after the other. */
const repeated = async <Value>(times: number, run: () => Promise<Value>): Promise<Value[]> => {
  const values: Value[] = []
  while (values.length < times) values.push(await run())
  return values
}

export const measureApp = async (pace: AppPace): Promise<Series[]> => {
  await buildDesktop('renderer')
  await buildDesktop('stories')
  const chromium = await startChromium()
  try {
    return [...(await onSallyport(chromium, pace)), ...(await onMadeUpData(chromium, pace))]
  } finally {
    await chromium.stop()
  }
}
