import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { receiveRedirected, type RedirectReceiver } from './loopback-receiver.ts'

const CODE = 'c'.repeat(43)
let open: RedirectReceiver[] = []
afterEach(() => {
  for (const each of open) each.close()
  open = []
})
const receiver = async (patience?: number): Promise<RedirectReceiver> => {
  const made = await receiveRedirected(patience)
  open.push(made)
  return made
}

const visit = (
  { receiver: { redirectPort } }: RedirectReceiver,
  path: string,
  how: { readonly method?: string; readonly host?: string } = {},
): Promise<{ readonly status: number; readonly location: string | undefined }> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', host = `127.0.0.1:${redirectPort}` } = how
    const sent = request({ host: '127.0.0.1', port: redirectPort, path, method, headers: { host } }, (answer) => {
      answer.resume()
      resolve({ status: answer.statusCode ?? 0, location: answer.headers.location })
    })
    sent.once('error', reject)
    sent.end()
  })
const right = ({ receiver: { state } }: RedirectReceiver): string => `/?code=${CODE}&state=${state}`

describe('the receiver of a code', () => {
  it('takes the code that comes with its state, and sends the browser on without it', async () => {
    const waiting = await receiver()
    waiting.leadTo('http://127.0.0.1:1/done')
    expect(await visit(waiting, right(waiting))).toEqual({ status: 303, location: 'http://127.0.0.1:1/done' })
    await expect(waiting.code).resolves.toBe(CODE)
  })

  it('challenges with the hash of its verifier, different each time', async () => {
    const [one, other] = [await receiver(), await receiver()]
    expect(one.receiver.codeChallenge).toBe(createHash('sha256').update(one.verifier).digest('base64url'))
    expect(one.verifier).not.toBe(other.verifier)
    expect(one.receiver.state).not.toBe(other.receiver.state)
  })

  it('takes nothing that the page did not send', async () => {
    const waiting = await receiver()
    const { state } = waiting.receiver
    const wrong = [
      visit(waiting, '/'),
      visit(waiting, `/?code=${CODE}`),
      visit(waiting, `/?code=${CODE}&state=${'x'.repeat(22)}`),
      visit(waiting, `/?code=short&state=${state}`),
      visit(waiting, `/other?code=${CODE}&state=${state}`),
      visit(waiting, right(waiting), { method: 'POST' }),
      visit(waiting, right(waiting), { host: 'evil.example' }),
    ]
    for (const answer of await Promise.all(wrong)) expect(answer).toEqual({ status: 404, location: undefined })
    expect(await visit(waiting, right(waiting))).toMatchObject({ status: 200 })
    await expect(waiting.code).resolves.toBe(CODE)
  })

  it('gives up when nobody comes', async () => {
    await expect((await receiver(1)).code).rejects.toMatchObject({ code: 'browser_unfinished' })
  })
})
