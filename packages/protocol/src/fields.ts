/** Field schemas that many messages share. */
import { z } from 'zod'

export const uuid = z.uuid()
/** Base64url of exactly this many bytes. */
export const base64urlOf = (bytes: number) =>
  z
    .string()
    .length(Math.ceil((bytes * 4) / 3))
    .regex(/^[A-Za-z0-9_-]+$/)
/** Base64url of at most this many bytes. */
export const base64urlUpTo = (bytes: number) =>
  z
    .string()
    .max(Math.ceil((bytes * 4) / 3))
    .regex(/^[A-Za-z0-9_-]*$/)
/** Milliseconds since 1970-01-01T00:00:00Z. */
export const instant = z.int().nonnegative()
/** An instant as text in API answers: RFC 3339, UTC, milliseconds. */
export const timestamp = z.iso.datetime({ precision: 3 })
/** A name that people give: 1 to 120 characters, no control characters. */
export const displayName = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .regex(/^\P{Cc}*$/u)
/** Text without NUL, which ends texts in databases and on many wires: what followed it would be read as something else. */
export const textUpTo = (length: number) =>
  z
    .string()
    .max(length)
    // oxlint-disable-next-line no-control-regex -- NUL is what is refused
    .regex(/^[^\u0000]*$/)
/** A name as a resource knows it: of an account, of a database. */
export const foreignName = textUpTo(256).min(1)
/** A name in addresses and on command lines. */
export const slug = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/)
export const email = z.email().max(254).toLowerCase()
export const host = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9_.:-]+$/)
export const port = z.int().min(1).max(65535)
/** DER in base64url; a certificate or public key. */
export const der = base64urlUpTo(16 * 1024)
export const keyId = base64urlOf(32)
/** The state that shows a cloned device: see `spec/device-state.md`. */
export const deviceState = z.strictObject({ counter: z.int().nonnegative(), value: base64urlOf(16) })
export type DeviceState = z.infer<typeof deviceState>
/** Program and OS user behind a loopback connection, where the system tells. */
export const caller = z.strictObject({ program: z.string().max(1024), user: z.string().max(256), pid: z.int().nonnegative() })
export type Caller = z.infer<typeof caller>
