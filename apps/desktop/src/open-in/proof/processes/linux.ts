/** Processes of Linux, as /proc tells of them: proc(5). */
import { readFile, readlink } from 'node:fs/promises'
import type { ProcessFacts, Sandbox } from '../match.ts'

/** Ticks of a second in what the kernel tells programs; the same on every architecture. */
const TICKS = 100

export interface ProcessFiles {
  /** null where it cannot be read. */
  read(path: string): Promise<string | null>
  link(path: string): Promise<string | null>
  /** Milliseconds since 1970. */
  now(): number
}

const ownFiles: ProcessFiles = {
  read: (path) => readFile(path, 'utf8').catch(() => null),
  link: (path) => readlink(path).catch(() => null),
  now: Date.now,
}

/** `pid (name) state ppid …`; the name may hold anything, so that fields are counted from its end. */
const statusFields = (text: string): readonly string[] => text.slice(text.lastIndexOf(')') + 2).split(' ')

/** Both start each app in a control group that is named after it. */
const sandboxIn = (groups: string): Sandbox | null => {
  const flatpak = /app-flatpak-([A-Za-z0-9._-]+?)-\d+\.scope/.exec(groups)?.[1]
  if (flatpak !== undefined) return { kind: 'flatpak', name: flatpak }
  const snap = /\/snap\.([a-z0-9-]+)\./.exec(groups)?.[1]
  return snap === undefined ? null : { kind: 'snap', name: snap }
}

const programOf = async (files: ProcessFiles, pid: number): Promise<string> =>
  ((await files.link(`/proc/${pid}/exe`)) ?? '').replace(/ \(deleted\)$/, '')

/** null for a process that is gone. */
export const linuxProcess = async (pid: number, files: ProcessFiles = ownFiles): Promise<ProcessFacts | null> => {
  const status = await files.read(`/proc/${pid}/stat`)
  if (status === null) return null
  const fields = statusFields(status)
  const [parent, started] = [Number(fields[1]), Number(fields[19])]
  const uptime = Number((await files.read('/proc/uptime'))?.split(' ')[0] ?? Number.NaN)
  const startedAt = files.now() - (uptime - started / TICKS) * 1_000
  return {
    pid,
    program: await programOf(files, pid),
    parent: parent > 1 ? { pid: parent, program: await programOf(files, parent) } : null,
    sandbox: sandboxIn((await files.read(`/proc/${pid}/cgroup`)) ?? ''),
    startedAt: Number.isFinite(startedAt) ? startedAt : null,
  }
}
