/** `npm run bench`: measures Sallyport beside what people use today. `README.md` says what and how to read it. */
import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { skipReason } from '@sallyport/testkit'
import { chromiumMissing } from './app/chromium.ts'
import { parseOptions, usage, type Options } from './options.ts'
import { warmUp } from './measurements/bulk.ts'
import { prepareLoad } from './measurements/copy.ts'
import type { Measurement, RoundTrip } from './measurements/measurement.ts'
import { type Path, type PathName, pathNames } from './paths/path.ts'
import { makePlan, type Plan } from './plan.ts'
import { flatten } from './results/flat.ts'
import type { Series } from './results/result.ts'
import { goalSummary, seriesTable } from './results/table.ts'
import { measure } from './rounds.ts'
import { setStage, type Stage } from './stage.ts'
import { TimeBudget } from './time-budget.ts'

const WARM_UP_MS = 500
const APP_PACE = { rounds: 5, switchings: 10 }
const QUICK_APP_PACE = { rounds: 2, switchings: 3 }
const VAULT_PACE = { rounds: 3, connections: 20, milliseconds: 1500 }
const LOG_PACE = { entries: 50_000, rounds: 3, singles: 20 }
const RECORDING_PACE = { rounds: 5, milliseconds: 4000 }
const QUICK_RECORDING_PACE = { rounds: 2, milliseconds: 3000 }
const SEARCH_PACE = { queries: 10_000, rows: 10_000_000, values: 12 }
const QUICK_SEARCH_PACE = { queries: 1000, rows: 300_000, values: 4 }
const QUICK_LOG_PACE = { entries: 5_000, rounds: 1, singles: 5 }
const QUICK_VAULT_PACE = { rounds: 2, connections: 10, milliseconds: 500 }

const say = (text = ''): void => void process.stdout.write(`${text}\n`)
const progress = (text: string): void => void process.stderr.write(`… ${text}\n`)
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trim()

interface Run {
  readonly stage: Stage
  readonly names: readonly PathName[]
  readonly plan: Plan
  readonly budget: TimeBudget
}

const openPaths = async (stage: Stage, names: readonly PathName[], roundTrip?: RoundTrip): Promise<Path[]> => {
  const paths: Path[] = []
  for (const name of names) {
    try {
      paths.push(await stage.open(name, roundTrip))
    } catch (error) {
      say(`skipped ${name}${roundTrip ? ` over ${roundTrip.milliseconds} ms` : ''}: ${reasonOf(error)}`)
    }
  }
  return paths
}

const run = async (measurement: Measurement, paths: readonly Path[], { plan, budget }: Run): Promise<Series[]> => {
  const mayGoOn = budget.begin()
  if (budget.isOver) {
    say(`skipped ${measurement.name}: the run's time is over\n`)
    return []
  }
  progress(measurement.title)
  const { series, failed } = await measure(measurement, paths, { pace: plan.pace, mayGoOn })
  for (const one of series) say(`${seriesTable(one)}\n`)
  for (const { path, reason } of failed) say(`failed ${measurement.name}/${path}: ${reason}\n`)
  return [...series]
}

const onLoopback = async (whole: Run): Promise<Series[]> => {
  const { stage, names, plan } = whole
  const measurements = plan.measurements.filter(({ roundTrip }) => roundTrip === undefined)
  if (measurements.length === 0) return []
  const paths = await openPaths(stage, names)
  const all: Series[] = []
  let isWarm = false
  for (const measurement of measurements) {
    // The memory of fresh processes comes before anything that warms them up.
    if (!isWarm && measurement.fresh !== true) {
      for (const path of paths) await warmUp(path, WARM_UP_MS)
      isWarm = true
    }
    if (measurement.name === 'copy-in') await prepareFor(stage, paths, plan)
    all.push(...(await run(measurement, paths, whole)))
  }
  for (const path of paths) await stage.close(path)
  return all
}

const prepareFor = async (stage: Stage, paths: readonly Path[], plan: Plan): Promise<void> => {
  const any = paths.find(({ database }) => database !== null)
  if (any !== undefined) await prepareLoad(any, { file: stage.loadFile, bytes: plan.loadBytes })
}

const overLinks = async (whole: Run): Promise<Series[]> => {
  const { stage, names, plan, budget } = whole
  const all: Series[] = []
  for (const measurement of plan.measurements) {
    const { roundTrip } = measurement
    if (roundTrip === undefined) continue
    const wanted = names.filter((name) => roundTrip.paths.includes(name))
    if (wanted.length === 0) continue
    const paths = budget.isOver ? [] : await openPaths(stage, wanted, roundTrip)
    all.push(...(await run(measurement, paths, whole)))
    for (const path of paths) await stage.close(path)
  }
  return all
}

/** The app first: it wants a machine on which nothing else of the bench runs. */
const onScreen = async ({ app, quick }: Options): Promise<Series[]> => {
  if (!app) return []
  const missing = chromiumMissing()
  if (missing !== null) {
    say(`skipped app: ${missing}\n`)
    return []
  }
  progress('The app')
  try {
    const { measureApp } = await import('./app/measure-app.ts')
    const series = await measureApp(quick ? QUICK_APP_PACE : APP_PACE)
    for (const one of series) say(`${seriesTable(one)}\n`)
    return series
  } catch (error) {
    say(`failed app: ${reasonOf(error)}\n`)
    return []
  }
}

/** A system of its own, measured without paths; `null`: was not asked for. */
const alone = async (title: string, measureIt: (() => Promise<Series[]>) | null): Promise<Series[]> => {
  if (measureIt === null) return []
  progress(title)
  try {
    const series = await measureIt()
    for (const one of series) say(`${seriesTable(one)}\n`)
    return series
  } catch (error) {
    say(`failed ${title}: ${reasonOf(error)}\n`)
    return []
  }
}

const onVault = async (quick: boolean): Promise<Series[]> => {
  const { measureVault } = await import('./vault/measure-vault.ts')
  return measureVault(quick ? QUICK_VAULT_PACE : VAULT_PACE, (reason) => say(`skipped ${reason}\n`))
}

const onLog = async (quick: boolean): Promise<Series[]> => {
  const { measureLog } = await import('./log/measure-log.ts')
  return measureLog(quick ? QUICK_LOG_PACE : LOG_PACE)
}

const onRecording = async (quick: boolean): Promise<Series[]> => {
  const { measureRecording, recordingMissing } = await import('./recording/measure-recording.ts')
  const missing = recordingMissing()
  if (missing === null) return measureRecording(quick ? QUICK_RECORDING_PACE : RECORDING_PACE)
  say(`skipped recording: ${missing}\n`)
  return []
}

const onSearch = async ({ quick, rows }: Options): Promise<Series[]> => {
  const { measureSearch } = await import('./search/measure-search.ts')
  const { queries, values, ...pace } = quick ? QUICK_SEARCH_PACE : SEARCH_PACE
  return measureSearch({ queries, values, copies: Math.ceil((rows ?? pace.rows) / queries) }, progress)
}

/** Whether anything that was asked for goes over a path. */
const usesPaths = ({ quick, measures }: Options): boolean =>
  makePlan({ quick, loadFile: '' }).measurements.some(({ name }) => measures(name))

const onPaths = async (options: Options): Promise<Series[]> => {
  const names = pathNames.filter((name) => options.takes(name))
  const stage = await setStage(names)
  const stop = (): void => void stage.stop().finally(() => process.exit(130))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop)
  try {
    const plan = makePlan({ quick: options.quick, loadFile: stage.loadFile })
    const chosen = { ...plan, measurements: plan.measurements.filter(({ name }) => options.measures(name)) }
    const whole: Run = { stage, names, plan: chosen, budget: new TimeBudget(plan.limitMs, chosen.measurements.length) }
    return [...(await onLoopback(whole)), ...(await overLinks(whole))]
  } finally {
    await stage.stop()
  }
}

const main = async (): Promise<number> => {
  const options = parseOptions(process.argv.slice(2))
  if (options === null) {
    say(usage)
    return 2
  }
  const missing = usesPaths(options) ? skipReason({ programs: ['psql', 'pgbench'] }) : null
  if (missing !== null) {
    say(`The bench ${missing} (PostgreSQL's client programs).`)
    return 1
  }
  const started = performance.now()
  say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}\n`)
  const all = [
    ...(await onScreen(options)),
    ...(await alone('the vault', options.vault ? () => onVault(options.quick) : null)),
    ...(await alone('the log', options.log ? () => onLog(options.quick) : null)),
    ...(await alone('recording', options.recording ? () => onRecording(options.quick) : null)),
    ...(await alone('search', options.search ? () => onSearch(options) : null)),
    ...(usesPaths(options) ? await onPaths(options) : []),
  ]
  say(goalSummary(all))
  if (options.json !== null) await writeFile(options.json, `${JSON.stringify(flatten(all), null, 2)}\n`)
  progress(`${((performance.now() - started) / 1000).toFixed(0)} s`)
  return 0
}

process.exit(await main())
