/** What people feel of the app: how soon it is there, how soon it does what it is told, and what it costs to keep open. */
import { join } from 'node:path'
import { buildDesktop, desktopFolder, Testbed } from '@sallyport/testbed'
import type { Metric } from '../measurements/measurement.ts'
import { median } from '../median.ts'
import { canCount } from '../processes.ts'
import type { Series } from '../results/result.ts'
import { type OwnChromium, startChromium } from './chromium.ts'
import { firstPaint, idleMemory, switchings } from './live-page.ts'
import { filterKeys } from './long-list.ts'
import { serveFiles } from './serve-files.ts'

export interface AppPace {
  /** Times that the page is opened, and that the long list is filtered. */
  readonly rounds: number
  /** Times that a switch is turned on. */
  readonly switchings: number
}

const metric = (name: string, title: string, unit: string): Metric => ({ name, title, unit, better: 'lower' })

const firstPaintMetric = metric('app-first-paint', 'App: from opening its page to the first resource on the screen', 'ms')
const switchMetric = metric('app-switch', 'App: from a click on a switch to its address being ready', 'ms')
const filterMetric = metric('app-filter', 'App: one key of a filter over 5,000 resources', 'ms')
const memoryMetric = metric('app-memory', 'App: memory of the browser that shows it, idle', 'MB')
const heapMetric = metric('app-heap', 'App: what its page holds, idle, after a garbage collection', 'MB')

const seriesOf = (about: Metric, values: readonly number[]): Series => ({ metric: about, values: new Map([['app', values]]) })

const onSallyport = async (chromium: OwnChromium, pace: AppPace): Promise<Series[]> => {
  const testbed = await Testbed.start()
  try {
    const series: Series[] = []
    // Before anything that makes the browser larger.
    if (canCount) {
      const { all, heap } = await idleMemory(testbed, chromium)
      series.push(seriesOf(memoryMetric, [all]), seriesOf(heapMetric, [heap]))
    }
    const paints: number[] = []
    for (let round = 0; round < pace.rounds; round += 1) paints.push(await firstPaint(testbed, chromium))
    const switched = await switchings(testbed, chromium, pace.switchings)
    return [seriesOf(firstPaintMetric, paints), seriesOf(switchMetric, switched), ...series]
  } finally {
    await testbed.stop()
  }
}

const onMadeUpData = async (chromium: OwnChromium, pace: AppPace): Promise<Series[]> => {
  const files = await serveFiles(join(desktopFolder, 'dist', 'stories'))
  try {
    const values: number[] = []
    for (let round = 0; round < pace.rounds; round += 1) values.push(median(await filterKeys(files.origin, chromium)))
    return [seriesOf(filterMetric, values)]
  } finally {
    await files.stop()
  }
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
