/** Processes of Windows and their connections, as its own programs tell of them. */
import { z } from 'zod'
import type { System } from '../../system/system.ts'
import type { ProcessFacts } from '../match.ts'
import { factsIn, type ListedProcess } from './listed.ts'

/** `  TCP    127.0.0.1:50001    127.0.0.1:15001    ESTABLISHED    4711`; the state is translated. */
const ownerIn = (text: string, { from, to }: { readonly from: number; readonly to: number }): number | null => {
  const line = new RegExp(`^ *TCP +127\\.0\\.0\\.1:${from} +127\\.0\\.0\\.1:${to} +\\S+ +(\\d+)\\s*$`, 'm').exec(text)
  return line === null ? null : Number(line[1])
}

const processList = z.array(z.object({ ProcessId: z.int(), ParentProcessId: z.int(), ExecutablePath: z.string().nullable() }))

const QUERY = 'Get-CimInstance Win32_Process | Select-Object ProcessId,ParentProcessId,ExecutablePath | ConvertTo-Json -Compress'

const listed = (text: string): readonly ListedProcess[] => {
  try {
    return processList.parse(JSON.parse(text)).map(({ ProcessId, ParentProcessId, ExecutablePath }) => ({
      pid: ProcessId,
      parent: ParentProcessId,
      program: ExecutablePath ?? '',
    }))
  } catch {
    // No answer is no proof.
    return []
  }
}

/** @param from the port of the tool. @param to that of the listener. */
export const windowsCaller = async (system: System, from: number, to: number): Promise<ProcessFacts | null> => {
  const folder = system.path.join(system.environment['SystemRoot'] ?? 'C:\\Windows', 'System32')
  const sockets = await system.output(system.path.join(folder, 'netstat.exe'), ['-ano', '-p', 'TCP'])
  const pid = ownerIn(sockets ?? '', { from, to })
  if (pid === null) return null
  const shell = system.path.join(folder, 'WindowsPowerShell', 'v1.0', 'powershell.exe')
  return factsIn(listed((await system.output(shell, ['-NoProfile', '-NonInteractive', '-Command', QUERY])) ?? ''), pid)
}
