/**
 * A program for tests: records as fast as it can into the spool of the folder it is given, and says on standard output what
 * was taken, until it is killed. `strict` as second argument: waits for the disk.
 */
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { openSpool } from '../spool/open-spool.ts'
import { spoolLimits } from '../spool/spool.ts'

const [, , folder = '', mode = ''] = process.argv
const opened = await openSpool({
  folder: join(folder, 'spool'),
  keyFile: join(folder, 'spool-key'),
  limits: { ...spoolLimits(1024 * 1024 * 1024), segmentBytes: 64 * 1024 },
})
writeSync(1, `from ${opened.spool.synchronizedNext}\n`)
for (let round = 0; ; round++) {
  const burst = Array.from({ length: 1 + (round % 50) }, (_, index) =>
    opened.spool.record(`,"payload":"${round}-${index}-${'x'.repeat(round % 300)}"}`, mode === 'strict'),
  )
  await Promise.all(burst)
  writeSync(1, `taken ${burst.length}\n`)
}
