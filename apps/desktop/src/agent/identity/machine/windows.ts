import { networkInterfaces, release } from 'node:os'
import { join } from 'node:path'
import { factsOf, type MachineFacts, outputOf } from './machine-facts.ts'

/** By absolute paths: a program of the same name elsewhere on the path is not asked. */
const system32 = (): string => join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32')

const powershell = (expression: string): Promise<string> =>
  outputOf(join(system32(), 'WindowsPowerShell', 'v1.0', 'powershell.exe'), [
    '-NoProfile',
    '-NonInteractive',
    '-ExecutionPolicy',
    'Restricted',
    '-Command',
    expression,
  ])

export const windowsFacts = async (): Promise<MachineFacts> => {
  const [registry, board, disk] = await Promise.all([
    outputOf(join(system32(), 'reg.exe'), ['query', 'HKLM\\SOFTWARE\\Microsoft\\Cryptography', '/v', 'MachineGuid']),
    powershell('(Get-CimInstance -ClassName Win32_ComputerSystemProduct).UUID'),
    powershell('(Get-Volume -DriveLetter $env:SystemDrive.Substring(0, 1)).UniqueId'),
  ])
  const cards = Object.entries(networkInterfaces()).sort(([left], [right]) => left.localeCompare(right))
  const addresses = cards.flatMap(([, card]) => (card ?? []).filter((entry) => !entry.internal).map((entry) => entry.mac))
  return factsOf({
    machine: /MachineGuid\s+REG_SZ\s+(\S+)/.exec(registry)?.[1],
    board: board.trim(),
    disk: disk.trim(),
    network: addresses[0],
    system: `win32 ${process.arch} ${release().split('.', 2).join('.')}`,
  })
}
