import { SallyportError } from '@sallyport/protocol'
import { expect, test, vi } from 'vitest'
import { type AppAnswer, MAX_APP_MESSAGE } from '../../shared/app-messages.ts'
import { PAGE_ADDRESS } from './page-address.ts'
import { servePage } from './serve-page.ts'

const ours = { frame: `${PAGE_ADDRESS}#/resources`, ours: true }
const request = { id: 1, method: 'status', params: {} }

const serving = (answer: () => Promise<AppAnswer> = async () => ({ id: 1, result: 'answered' })) => {
  const services = { answer: vi.fn<(message: unknown) => Promise<AppAnswer>>(answer), onForged: vi.fn<(why: string) => void>() }
  return { ...services, serve: servePage(services) }
}

test('our page is answered', async () => {
  const { serve, onForged } = serving()
  expect(await serve(ours, request)).toEqual({ id: 1, result: 'answered' })
  expect(onForged).not.toHaveBeenCalled()
})

test.for([
  ['another page in our window', { frame: 'https://evil.example/', ours: true }],
  ['a page that looks like ours', { frame: 'app://sallyport.evil/index.html', ours: true }],
  ['our page in a frame or a window that we did not open', { frame: PAGE_ADDRESS, ours: false }],
  ['a frame that is gone', { frame: null, ours: true }],
  ['an empty page', { frame: 'about:blank', ours: true }],
] as const)('%s is not answered', async ([, sender]) => {
  const { serve, answer, onForged } = serving()
  await expect(serve(sender, request)).rejects.toMatchObject({ code: 'forbidden' })
  expect(answer).not.toHaveBeenCalled()
  expect(onForged).toHaveBeenCalledOnce()
})

const circle: Record<string, unknown> = { id: 1 }
circle['self'] = circle
test.for([
  ['too long', { ...request, params: { text: 'x'.repeat(MAX_APP_MESSAGE) } }],
  ['no plain data', circle],
  ['a number without end', { id: 1n }],
  ['nothing', undefined],
] as const)('a message that is %s is refused unread', async ([, message]) => {
  const { serve, answer } = serving()
  await expect(serve(ours, message)).rejects.toMatchObject({ code: 'payload_too_large' })
  expect(answer).not.toHaveBeenCalled()
})

test('a message that is no request is refused with a code and no more', async () => {
  const { serve, onForged } = serving(() => Promise.reject(new SallyportError('protocol_error', { details: ['private'] })))
  await expect(serve(ours, 'status')).rejects.toMatchObject({ code: 'protocol_error', details: undefined })
  expect(onForged).toHaveBeenCalledOnce()
})

test('more requests than the page may have open are refused', async () => {
  const { promise, resolve } = Promise.withResolvers<AppAnswer>()
  const { serve } = serving(() => promise)
  const open = Array.from({ length: 64 }, () => serve(ours, request))
  await expect(serve(ours, request)).rejects.toMatchObject({ code: 'rate_limited' })
  resolve({ id: 1, result: 'late' })
  await Promise.all(open)
  expect(await serve(ours, request)).toEqual({ id: 1, result: 'late' })
})
