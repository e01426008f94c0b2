/**
 * A gateway that keeps every byte that any of its streams ever held, plaintext behind TLS too, in the file that DUMP names: what
 * somebody who took it over would see.
 */
import { appendFileSync } from 'node:fs'
import { Duplex, Readable } from 'node:stream'
import { postgresqlAdapter } from '../adapters/postgresql/index.ts'
import { readConfig } from '../config.ts'
import { createLogger } from '../logger.ts'
import { serve } from '../serve.ts'

const file = process.env['DUMP']
if (file === undefined) throw new Error('DUMP names no file')
const keep = (chunk: unknown): void => {
  if (chunk instanceof Uint8Array || typeof chunk === 'string') appendFileSync(file, chunk)
}

const { push } = Readable.prototype
Readable.prototype.push = function kept(chunk: unknown, encoding?: BufferEncoding) {
  keep(chunk)
  return push.call(this, chunk, encoding)
}
const { write } = Duplex.prototype
Duplex.prototype.write = function kept(this: Duplex, chunk: unknown, ...more: unknown[]) {
  keep(chunk)
  return Reflect.apply(write, this, [chunk, ...more]) as boolean
} as typeof write

const config = await readConfig(process.argv.slice(2), {})
if (config.command !== 'serve') throw new Error('it only serves')
await serve({ config, adapters: [postgresqlAdapter], logger: createLogger('info') })
