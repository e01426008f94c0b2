import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { release } from 'node:os'
import { basename, join } from 'node:path'
import { factsOf, type MachineFacts, readLine } from './machine-facts.ts'

export const linuxFacts = async (): Promise<MachineFacts> => {
  const [machine, otherMachine, uuid, serial, disk, network, system] = await Promise.all([
    readLine('/etc/machine-id'),
    readLine('/var/lib/dbus/machine-id'),
    readLine('/sys/class/dmi/id/product_uuid'),
    readLine('/sys/class/dmi/id/board_serial'),
    rootFileSystem(),
    permanentAddress(),
    systemRelease(),
  ])
  // Only root may read the board's ids; whoever runs the agent, it is the same at each start.
  return factsOf({ machine: machine || otherMachine, board: uuid || serial, disk, network, system })
}

/** UUID of the file system at `/`, by the links that udev makes to its device. */
const rootFileSystem = async (): Promise<string | undefined> => {
  const folder = '/dev/disk/by-uuid'
  try {
    const { dev } = await stat('/')
    for (const name of (await readdir(folder)).sort()) {
      const { rdev } = await stat(join(folder, name))
      if (rdev === dev) return name
    }
  } catch {
    return undefined
  }
  return undefined
}

/** Of the first physical card whose address is its own: not random, not set by somebody (`addr_assign_type` 0). */
const permanentAddress = async (): Promise<string | undefined> => {
  const folder = '/sys/class/net'
  try {
    for (const name of (await readdir(folder)).sort()) {
      const isPhysical = await readlink(join(folder, name, 'device')).then(basename, () => null)
      if (isPhysical === null || (await readLine(join(folder, name, 'addr_assign_type'))) !== '0') continue
      const address = await readLine(join(folder, name, 'address'))
      if (address !== undefined && address !== '00:00:00:00:00:00') return address
    }
  } catch {
    return undefined
  }
  return undefined
}

const systemRelease = async (): Promise<string> => {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '')
  const field = (name: string): string => new RegExp(`^${name}="?([^"\\n]*)`, 'm').exec(text)?.[1] ?? ''
  const named = `${field('ID')} ${field('VERSION_ID')}`.trim()
  return `linux ${process.arch} ${named === '' ? release() : named}`
}
