import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineStatement, parseStatement, signStatement, verifyStatement } from './statement.ts'
import { makeSigner } from './testing/keys.ts'

const order = defineStatement({
  name: 'order',
  signatures: ['ecdsa-p256-sha256', 'ecdsa-p256-sha256'],
  payload: z.strictObject({ item: z.string(), count: z.int() }),
  maxLength: 1000,
  error: 'ticket_invalid',
})
const invoice = defineStatement({ ...order, name: 'invoice' })
const refused = expect.objectContaining({ code: 'ticket_invalid' })
const [device, session, stranger] = [makeSigner(), makeSigner(), makeSigner()]
const keys = [device.publicKey, session.publicKey]
const payload = { item: 'tea', count: 2 }
const text = await signStatement(order, payload, [device, session])

test('what was signed by both verifies', async () => {
  expect(await verifyStatement(order, text, keys)).toEqual(payload)
})

describe('refuses', () => {
  test.each([
    ['keys in the other order', [session.publicKey, device.publicKey]],
    ['a stranger as first signer', [stranger.publicKey, session.publicKey]],
    ['a stranger as second signer', [device.publicKey, stranger.publicKey]],
    ['one key only', [device.publicKey]],
    ['a key that is none', [device.publicKey, new Uint8Array(91)]],
  ])('%s', async (_, wrong) => {
    await expect(verifyStatement(order, text, wrong)).rejects.toThrow(refused)
  })

  test('a statement of another type with the same payload', async () => {
    await expect(verifyStatement(invoice, text, keys)).rejects.toThrow(refused)
  })

  test('the second signature of another statement by the same signers', async () => {
    const other = await signStatement(order, { item: 'tea', count: 3 }, [device, session])
    const again = await signStatement(order, payload, [device, session])
    const parts = text.split('.')
    await expect(verifyStatement(order, [parts[0], parts[1], other.split('.')[2]].join('.'), keys)).rejects.toThrow(refused)
    await expect(verifyStatement(order, [parts[0], parts[1], again.split('.')[2]].join('.'), keys)).rejects.toThrow(refused)
  })

  test('a dropped, repeated or added signature', async () => {
    const [body, first, second] = text.split('.')
    for (const parts of [[body, first], [body, first, first], [body, second, first], [body, first, second, second], [body]]) {
      await expect(verifyStatement(order, parts.join('.'), keys)).rejects.toThrow(refused)
    }
  })

  test('a payload that is not canonical, even if correctly signed', async () => {
    const loose = { ...order, payload: z.any() }
    const signed = await signStatement(loose, payload, [device, session])
    const forged = Buffer.from('{"item":"tea","count":2}').toString('base64url') + signed.slice(signed.indexOf('.'))
    expect(() => parseStatement(order, forged)).toThrow(refused)
  })

  test('fields that the schema does not know', async () => {
    const loose = { ...order, payload: z.any() }
    await expect(
      verifyStatement(order, await signStatement(loose, { ...payload, more: 1 }, [device, session]), keys),
    ).rejects.toThrow(refused)
  })

  test('more text than its type allows', () => {
    expect(() => parseStatement({ ...order, maxLength: text.length - 1 }, text)).toThrow(refused)
  })

  test('every change of one character', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), async (at, character) => {
        fc.pre(text[at] !== character)
        await expect(verifyStatement(order, text.slice(0, at) + character + text.slice(at + 1), keys)).rejects.toThrow(refused)
      }),
      { numRuns: 150 },
    )
  })
})

test('signs only with the kinds of keys that the type names', async () => {
  await expect(signStatement(order, payload, [device])).rejects.toThrow(TypeError)
  await expect(signStatement(order, payload, [device, makeSigner('ed25519')])).rejects.toThrow(TypeError)
})
