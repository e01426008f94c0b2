import { networkInterfaces, release } from 'node:os'
import { factsOf, type MachineFacts, outputOf } from './machine-facts.ts'

export const darwinFacts = async (): Promise<MachineFacts> => {
  const [platform, disk] = await Promise.all([
    outputOf('/usr/sbin/ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice']),
    outputOf('/usr/sbin/diskutil', ['info', '-plist', '/']),
  ])
  return factsOf({
    machine: /"IOPlatformUUID" = "([^"]+)"/.exec(platform)?.[1],
    board: /"IOPlatformSerialNumber" = "([^"]+)"/.exec(platform)?.[1],
    disk: /<key>(?:VolumeUUID|DiskUUID)<\/key>\s*<string>([^<]+)</.exec(disk)?.[1],
    network: networkInterfaces()['en0']?.[0]?.mac,
    system: `darwin ${process.arch} ${release().split('.', 1)[0]}`,
  })
}
