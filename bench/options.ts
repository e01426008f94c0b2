import { parseArgs } from 'node:util'
import { type PathName, pathNames } from './paths/path.ts'

export const usage = `Usage: npm run bench -- [options]
  --quick         one short round of everything; figures are rough
  --only NAME,…   only these measurements or paths, or what begins so (queries, bulk-up, raw, ssh, app, vault, log, recording …);
                  search, which fills 16 GB, is measured only if it is named here
  --rows N        rows that search looks through; 10,000,000 unless given
  --json FILE     write all figures to FILE as a flat list of {name, value, unit, versus, ratio}
  --help          this text`

export interface Options {
  readonly quick: boolean
  readonly json: string | null
  readonly takes: (path: PathName) => boolean
  readonly measures: (measurement: string) => boolean
  /** The app, which is no path. */
  readonly app: boolean
  /** The vault, which is none either. */
  readonly vault: boolean
  /** Nor is the log. */
  readonly log: boolean
  readonly recording: boolean
  /** Only if asked for by name: it needs 16 GB and a quarter of an hour. */
  readonly search: boolean
  /** Rows for it; null: as many as it wants. */
  readonly rows: number | null
}

/** null: the arguments ask for the usage or cannot be understood. */
export const parseOptions = (args: readonly string[]): Options | null => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean' },
        json: { type: 'string' },
        only: { type: 'string' },
        rows: { type: 'string' },
        help: { type: 'boolean' },
      },
    })
    if (values.help) return null
    const rows = values.rows === undefined ? null : Number(values.rows)
    if (rows !== null && !(Number.isSafeInteger(rows) && rows > 0)) return null
    const names = (values.only ?? '').split(',').filter((name) => name !== '')
    const isPath = (name: string): boolean => pathNames.some((path) => path === name)
    const [paths, measurements] = [names.filter(isPath), names.filter((name) => !isPath(name))]
    const aboutApp = (name: string): boolean => name === 'app' || name.startsWith('app-')
    return {
      quick: values.quick ?? false,
      json: values.json ?? null,
      takes: (path) => paths.length === 0 || paths.includes(path),
      measures: (measurement) => measurements.length === 0 || measurements.some((name) => measurement.startsWith(name)),
      app: names.length === 0 || names.some(aboutApp),
      vault: names.length === 0 || names.includes('vault'),
      log: names.length === 0 || names.includes('log'),
      recording: names.length === 0 || names.includes('recording'),
      search: names.includes('search'),
      rows,
    }
  } catch {
    return null
  }
}
