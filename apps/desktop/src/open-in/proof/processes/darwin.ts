/** Processes of macOS and their connections, as `lsof` and `ps` tell of them. */
import type { System } from '../../system/system.ts'
import type { ProcessFacts } from '../match.ts'
import { factsIn, type ListedProcess } from './listed.ts'

/** `-F pn` prints a line `p<pid>` for each process, then `n<address>` for each of its sockets. */
const ownerIn = (text: string, { from, to }: { readonly from: number; readonly to: number }): number | null => {
  let pid: number | null = null
  for (const line of text.split('\n')) {
    if (line.startsWith('p')) pid = Number(line.slice(1))
    if (line.startsWith('n') && line.endsWith(`:${to}`) && line.includes(`:${from}->`)) return pid
  }
  return null
}

/** `ps -axo pid=,ppid=,comm=`: the name is the whole path, and may hold spaces. */
const listed = (text: string): readonly ListedProcess[] =>
  [...text.matchAll(/^ *(\d+) +(\d+) (.+)$/gm)].map(([, pid, parent, program]) => ({
    pid: Number(pid),
    parent: Number(parent),
    program: program!,
  }))

/** @param from the port of the tool. @param to that of the listener. */
export const darwinCaller = async (system: System, from: number, to: number): Promise<ProcessFacts | null> => {
  const sockets = await system.output('/usr/sbin/lsof', ['-nP', `-iTCP:${from}`, '-sTCP:ESTABLISHED', '-Fpn'])
  const pid = ownerIn(sockets ?? '', { from, to })
  if (pid === null) return null
  return factsIn(listed((await system.output('/bin/ps', ['-axo', 'pid=,ppid=,comm='])) ?? ''), pid)
}
