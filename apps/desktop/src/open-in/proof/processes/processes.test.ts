import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { madeUpSystem } from '../../system/testing.ts'
import { darwinCaller } from './darwin.ts'
import { linuxProcess } from './linux.ts'
import { windowsCaller } from './windows.ts'

describe('on Linux', () => {
  const files = (groups: string) => ({
    read: async (path: string) =>
      ({
        '/proc/42/stat': '42 (a) b (c) S 7 42 42 0 -1 4194304 1 0 0 0 1 1 0 0 20 0 1 0 500 1 1',
        '/proc/uptime': '20.00 30.00',
        '/proc/42/cgroup': groups,
      })[path] ?? null,
    link: async (path: string) => ({ '/proc/42/exe': '/app/bin/tool (deleted)', '/proc/7/exe': '/usr/bin/bwrap' })[path] ?? null,
    now: () => 1_000_000,
  })

  test('a process is told with parent and start, whatever it calls itself', async () => {
    expect(await linuxProcess(42, files('0::/user.slice/session.scope'))).toEqual({
      pid: 42,
      program: '/app/bin/tool',
      parent: { pid: 7, program: '/usr/bin/bwrap' },
      sandbox: null,
      startedAt: 985_000,
    })
  })
  test.for([
    ['0::/user.slice/app.slice/app-flatpak-io.dbeaver.DBeaverCommunity-4711.scope', 'flatpak', 'io.dbeaver.DBeaverCommunity'],
    ['0::/user.slice/app.slice/snap.dbeaver-ce.dbeaver-ce-8d1f.scope', 'snap', 'dbeaver-ce'],
  ] as const)('the group %s tells the sandbox', async ([groups, kind, name]) => {
    expect((await linuxProcess(42, files(groups)))?.sandbox).toEqual({ kind, name })
  })
  test.skipIf(process.platform !== 'linux')('a real child has us as its parent, and began just now', async () => {
    const before = Date.now()
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'])
    await once(child, 'spawn')
    const facts = await linuxProcess(child.pid!)
    expect(facts?.parent?.pid).toBe(process.pid)
    expect(Math.abs(facts!.startedAt! - before)).toBeLessThan(30_000)
    child.kill()
    await once(child, 'exit')
    expect(await linuxProcess(child.pid!)).toBeNull()
  })
})

describe('on macOS', () => {
  const system = (sockets: string) =>
    madeUpSystem({
      platform: 'darwin',
      outputs: {
        '/usr/sbin/lsof -nP -iTCP:50001 -sTCP:ESTABLISHED -Fpn': sockets,
        '/bin/ps -axo pid=,ppid=,comm=':
          '    1     0 /sbin/launchd\n  812     1 /Applications/DBeaver.app/Contents/MacOS/dbeaver\n 4711   812 /Applications/DBeaver.app/Contents/Eclipse/jre/bin/java\n',
      },
    })
  test('the holder of the socket is found, not that of its other end', async () => {
    const text = 'p300\nf9\nn127.0.0.1:15001->127.0.0.1:50001\np4711\nf31\nn127.0.0.1:50001->127.0.0.1:15001\n'
    expect(await darwinCaller(system(text), 50_001, 15_001)).toEqual({
      pid: 4711,
      program: '/Applications/DBeaver.app/Contents/Eclipse/jre/bin/java',
      parent: { pid: 812, program: '/Applications/DBeaver.app/Contents/MacOS/dbeaver' },
      sandbox: null,
      startedAt: null,
    })
  })
  test('nobody is found where the system does not tell', async () => {
    expect(await darwinCaller(system(''), 50_001, 15_001)).toBeNull()
    expect(await darwinCaller(madeUpSystem({ platform: 'darwin' }), 50_001, 15_001)).toBeNull()
  })
})

describe('on Windows', () => {
  const shell =
    'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe -NoProfile -NonInteractive -Command ' +
    'Get-CimInstance Win32_Process | Select-Object ProcessId,ParentProcessId,ExecutablePath | ConvertTo-Json -Compress'
  const sockets = [
    'Aktive Verbindungen',
    '  TCP    127.0.0.1:15001        127.0.0.1:50001        HERGESTELLT     300',
    '  TCP    127.0.0.1:50001        127.0.0.1:15001        HERGESTELLT     4711',
  ].join('\r\n')
  const processes = [
    { ProcessId: 4, ParentProcessId: 0, ExecutablePath: null },
    { ProcessId: 4711, ParentProcessId: 4, ExecutablePath: 'C:\\Program Files\\DBeaver\\dbeaver.exe' },
  ]
  const outputs = { 'C:\\Windows\\System32\\netstat.exe -ano -p TCP': sockets, [shell]: JSON.stringify(processes) }

  test('the holder of the socket is found in any language', async () => {
    expect(await windowsCaller(madeUpSystem({ platform: 'win32', outputs }), 50_001, 15_001)).toMatchObject({
      pid: 4711,
      program: 'C:\\Program Files\\DBeaver\\dbeaver.exe',
      parent: { pid: 4, program: '' },
    })
  })
  test('an answer that cannot be read proves nothing', async () => {
    const broken = madeUpSystem({ platform: 'win32', outputs: { ...outputs, [shell]: 'Zugriff verweigert' } })
    expect(await windowsCaller(broken, 50_001, 15_001)).toBeNull()
  })
})
