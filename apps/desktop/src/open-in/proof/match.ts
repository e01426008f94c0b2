/** Whether a connection comes from the program that was to be opened. Pure. */

/** A sandbox hides where its programs lie; it is known by its own name. */
export interface Sandbox {
  readonly kind: 'flatpak' | 'snap'
  readonly name: string
}

export interface Expectation {
  /**
   * Names of the program's file, without `.exe`: for programs in a terminal, which is often not started by us but by a service of
   * the desktop. Where there are some, one of them must fit, and the process be as young as the launch.
   */
  readonly names: readonly string[]
  /** Folders that hold the tool and nothing else, or paths of its programs. */
  readonly places: readonly string[]
  readonly sandbox: Sandbox | null
}

export interface ProcessFacts {
  readonly pid: number
  /** Path of its program, links followed. */
  readonly program: string
  readonly parent: { readonly pid: number; readonly program: string } | null
  readonly sandbox: Sandbox | null
  /** Milliseconds since 1970; null where the system does not tell. */
  readonly startedAt: number | null
}

export interface Launched {
  readonly pid: number | null
  /** Milliseconds since 1970. */
  readonly at: number
}

/** Systems count a start in hundredths of a second, and round. */
const ROUNDING = 1_000

const fileName = (path: string): string =>
  path
    .slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
    .replace(/\.exe$/i, '')
    .toLowerCase()

const isWithin = (path: string, place: string): boolean => {
  // Windows does not tell upper from lower case, and every path there has a colon.
  const [inner, outer] = /^[A-Za-z]:/.test(place) ? [path.toLowerCase(), place.toLowerCase()] : [path, place]
  return inner === outer || (inner.startsWith(outer) && /[/\\]/.test(inner.charAt(outer.length)))
}

/** A tool connects by itself or through a process it starts: a virtual machine, a helper. What those start is not the tool. */
export const isExpected = (found: ProcessFacts, expected: Expectation, launched: Launched): boolean => {
  if (expected.names.length > 0)
    return (
      expected.names.includes(fileName(found.program)) && (found.startedAt === null || found.startedAt >= launched.at - ROUNDING)
    )
  if (expected.sandbox !== null)
    return found.sandbox?.kind === expected.sandbox.kind && found.sandbox.name === expected.sandbox.name
  const family = [found, ...(found.parent === null ? [] : [found.parent])]
  return family.some(({ pid, program }) => pid === launched.pid || expected.places.some((place) => isWithin(program, place)))
}
