/** Messages of tools that the adapter itself never sends. */
import { cstring, encodeMessage, int32 } from '../encode.ts'
import { encodeParse } from '../frontend.ts'
import { frontend } from '../messages.ts'

export interface ValueSpec {
  readonly binary: boolean
  readonly bytes: Buffer | null
}

const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

const encodeValues = (values: readonly ValueSpec[]): Buffer =>
  Buffer.concat([
    int16(values.length),
    ...values.map(({ binary }) => int16(binary ? 1 : 0)),
    int16(values.length),
    ...values.flatMap(({ bytes }) => (bytes === null ? [int32(-1)] : [int32(bytes.length), bytes])),
  ])

export const parseMessage = (name: string, statement: string): Buffer => encodeParse(Buffer.from(name), statement)

export const bindMessage = (portal: string, statement: string, values: readonly ValueSpec[]): Buffer =>
  encodeMessage(frontend.bind, Buffer.concat([cstring(portal), cstring(statement), encodeValues(values), int16(0)]))

export const functionCallMessage = (functionId: number, values: readonly ValueSpec[]): Buffer =>
  encodeMessage(frontend.functionCall, Buffer.concat([int32(functionId | 0), encodeValues(values), int16(1)]))

export const executeMessage = (portal: string, mostRows = 0): Buffer =>
  encodeMessage(frontend.execute, Buffer.concat([cstring(portal), int32(mostRows)]))

const targetMessage = (type: number, kind: 'S' | 'P', name: string): Buffer =>
  encodeMessage(type, Buffer.concat([Buffer.from(kind), cstring(name)]))

export const describeMessage = (kind: 'S' | 'P', name: string): Buffer => targetMessage(frontend.describe, kind, name)

export const closeMessage = (kind: 'S' | 'P', name: string): Buffer => targetMessage(frontend.close, kind, name)

export const syncMessage = (): Buffer => encodeMessage(frontend.sync, Buffer.alloc(0))

export const copyDataMessage = (data: string): Buffer => encodeMessage(frontend.copyData, Buffer.from(data))

export const copyDoneMessage = (): Buffer => encodeMessage(frontend.copyDone, Buffer.alloc(0))
