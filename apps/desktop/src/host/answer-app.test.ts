import { SallyportError } from '@sallyport/protocol'
import { expect, test, vi } from 'vitest'
import { answerApp, type HostHandlers } from './answer-app.ts'

const services = (over: Partial<Record<keyof HostHandlers, () => Promise<unknown>>> = {}) => {
  const askAgent = vi.fn<(method: string, params: unknown) => Promise<unknown>>(async () => ({ items: [] }))
  const onDefect = vi.fn<(method: string, error: unknown) => void>()
  const handlers = { copy: vi.fn<() => Promise<unknown>>(async () => ({})), ...over } as unknown as HostHandlers
  const isLocked = vi.fn<() => Promise<boolean>>(async () => false)
  return { askAgent, onDefect, handlers, isLocked, answer: answerApp({ askAgent, handlers, isLocked, onDefect }) }
}

test('a method of the agent is passed on, with its parameters', async () => {
  const { answer, askAgent } = services()
  expect(await answer({ id: 7, method: 'connections', params: {} })).toEqual({ id: 7, result: { items: [] } })
  expect(askAgent).toHaveBeenCalledWith('connections', {})
})

test('a method of the host is run with parameters that fit', async () => {
  const { answer, handlers, askAgent } = services()
  expect(await answer({ id: 0, method: 'copy', params: { text: 'address' } })).toEqual({ id: 0, result: {} })
  expect(handlers.copy).toHaveBeenCalledWith({ text: 'address' })
  expect(askAgent).not.toHaveBeenCalled()
})

test.for([{}, { text: '' }, { text: 1 }, { text: 'a', html: '<b>' }, null, [], 'a'])(
  'parameters %j never reach a handler',
  async (params) => {
    const { answer, handlers } = services()
    expect(await answer({ id: 1, method: 'copy', params })).toMatchObject({ error: { code: 'invalid_request' } })
    expect(handlers.copy).not.toHaveBeenCalled()
  },
)

test.for([
  null,
  'status',
  {},
  { id: 1 },
  { id: -1, method: 'status', params: {} },
  { id: 1, method: 'constructor', params: {} },
  { id: 1, method: '__proto__', params: {} },
  { id: 1, method: 'subscribe', params: {} },
  { id: 1, method: 'stop', params: {} },
  { id: 1, method: 'serveUi', params: {} },
  { id: 1, method: 'status', params: {}, sender: 'app://sallyport' },
])('%j is no request', async (message) => {
  const { answer, askAgent } = services()
  await expect(answer(message)).rejects.toMatchObject({ code: 'protocol_error' })
  expect(askAgent).not.toHaveBeenCalled()
})

test('a refusal crosses with its code', async () => {
  const { answer, onDefect } = services({ copy: () => Promise.reject(new SallyportError('forbidden', { message: 'Not here.' })) })
  expect(await answer({ id: 1, method: 'copy', params: { text: 'a' } })).toEqual({
    id: 1,
    error: { code: 'forbidden', message: 'Not here.' },
  })
  expect(onDefect).not.toHaveBeenCalled()
})

test('a defect crosses without its words, and its cause is told to the host', async () => {
  const { answer, onDefect } = services({ copy: () => Promise.reject(new Error('private words')) })
  const { error } = (await answer({ id: 1, method: 'copy', params: { text: 'a' } })) as {
    error: { code: string; message: string }
  }
  expect(error.code).toBe('internal')
  expect(error.message).not.toContain('private words')
  expect(onDefect).toHaveBeenCalledOnce()
})

test('a result that the contract does not know is a defect', async () => {
  const { answer, askAgent } = services()
  askAgent.mockResolvedValue({ items: [{ password: 'secret' }] })
  expect(await answer({ id: 1, method: 'connections', params: {} })).toMatchObject({ error: { code: 'internal' } })
})

test.for(['status', 'credentials', 'api', 'openIn', 'saveFile', 'preferences', 'setPreferences', 'beginSignIn', 'beginPresence'])(
  'a locked page asks for %s in vain',
  async (method) => {
    const { answer, askAgent, isLocked } = services()
    isLocked.mockResolvedValue(true)
    expect(await answer({ id: 1, method, params: {} })).toMatchObject({ id: 1, error: { code: 'app_locked' } })
    expect(askAgent).not.toHaveBeenCalled()
  },
)

test('a locked page may unlock', async () => {
  const { answer, askAgent, isLocked } = services()
  isLocked.mockResolvedValue(true)
  askAgent.mockResolvedValue({ locked: false })
  const id = '01933b5e-7c2a-7d11-9a53-3f1c8e0b4d21'
  expect(await answer({ id: 1, method: 'awaitUnlock', params: { id } })).toEqual({ id: 1, result: { locked: false } })
})
