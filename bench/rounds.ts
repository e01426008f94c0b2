/** Measures paths in turns, so that what slows the machine down for a while slows all of them. */
import type { Measurement, Pace } from './measurements/measurement.ts'
import type { Path, PathName } from './paths/path.ts'
import type { Series } from './results/result.ts'

export interface Failed {
  readonly path: PathName
  readonly reason: string
}

export interface Measured {
  readonly series: readonly Series[]
  readonly failed: readonly Failed[]
}

/** Each round begins with another path. */
export const turned = <Item>(items: readonly Item[], by: number): Item[] =>
  items.map((_, index) => items[(index + by) % items.length]!)

/**
 * One round at least; the others as long as `mayGoOn` allows. A path that fails is left out from then on, with its reason.
 */
export const measure = async (
  measurement: Measurement,
  paths: readonly Path[],
  { pace, mayGoOn }: { readonly pace: Pace; readonly mayGoOn: () => boolean },
): Promise<Measured> => {
  const collected = new Map(measurement.metrics.map(({ name }) => [name, new Map<PathName, number[]>()]))
  const failed: Failed[] = []
  let running = paths.filter((path) => measurement.suits(path))
  for (let round = 0; round < (measurement.rounds ?? pace.rounds) && (round === 0 || mayGoOn()); round += 1) {
    for (const path of turned(running, round)) {
      try {
        const values = await measurement.run(path, pace)
        for (const [name, value] of Object.entries(values)) {
          const byPath = collected.get(name)!
          byPath.set(path.name, [...(byPath.get(path.name) ?? []), value])
        }
      } catch (error) {
        failed.push({ path: path.name, reason: error instanceof Error ? error.message : String(error) })
      }
    }
    running = running.filter((path) => !failed.some((one) => one.path === path.name))
  }
  const series = measurement.metrics.map((metric) => ({ metric, values: collected.get(metric.name)! }))
  return { series: series.filter(({ values }) => values.size > 0), failed }
}
