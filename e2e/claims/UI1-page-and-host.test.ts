/**
 * UI1. Nothing but the app's own page is answered by the app, and nothing but the page that a person opened is answered by the
 * agent's server on loopback. Links of other programs do nothing by themselves.
 *
 * The attackers are another page in the person's browser, a name that was made to point to this computer, another program that
 * guesses or replays a token, a frame that speaks to the app's main process in the page's name, and whoever can make the person's
 * system open a `sallyport:` link.
 */
import { once } from 'node:events'
import { request } from 'node:http'
import { Testbed } from '@sallyport/testbed'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { chromiumPath, desktopMissing } from '../desktop/support/desktop-program.ts'
import { invitedTo } from '../desktop/support/databases.ts'
import { type AtComputer, sitDown } from '../desktop/support/person.ts'
import { startChromium } from '../desktop/stand-in/chromium.ts'

const CHANNEL = 'sallyport:request'
const REQUEST = { id: 1, method: 'status', params: {} }

/** What the preload puts into the page. */
interface Port {
  send(request: unknown): Promise<unknown>
}

describe.skipIf(desktopMissing() !== null)('the page and its host (needs Chromium)', () => {
  let bed: Testbed
  beforeAll(async () => {
    bed = await Testbed.start()
  })
  afterAll(() => bed?.stop())

  describe('the app and its page', () => {
    let grace: AtComputer
    let credential: string

    const send = (message: unknown): Promise<unknown> =>
      grace.app.page
        .evaluate((given) => (globalThis as unknown as { sallyport: Port }).sallyport.send(given), message)
        .catch((error: unknown) => String(error))
    const listener = async (): Promise<string> => {
      const { result } = (await send({ id: 1, method: 'credentials', params: {} })) as {
        result: { items: { listener: { state: string } }[] }
      }
      return result.items[0]!.listener.state
    }

    beforeAll(async () => {
      const given = await invitedTo(bed, 'grace', { orders: {} })
      credential = given.credentials[0]!
      grace = await sitDown(bed, { name: 'grace', invitation: given.invitation })
      const row = grace.app.page.getByRole('row', { name: /^orders read-only/ })
      await row.getByText('Ready').waitFor()
      await row.getByRole('switch').press('Space')
      await row.getByText('Off', { exact: true }).waitFor()
    })
    afterAll(() => grace?.leave())

    test('the page itself is answered', async () => {
      expect(await send(REQUEST)).toMatchObject({ id: 1, result: { state: 'signed-in' } })
    })

    test.for([
      ['another site', 'https://evil.example/index.html'],
      ['a look-alike', 'app://sallyport.evil/index.html'],
      ['our file in another place', 'app://sallyport/assets/index.html'],
      ['an empty frame', 'about:blank'],
      ['our own address, in a frame that is not the window’s', 'app://sallyport/index.html'],
      ['a frame that is gone', null],
    ] as const)('a message of %s is refused, whatever it asks', async ([, frame]) => {
      for (const payload of [REQUEST, { id: 2, method: 'api', params: { route: 'listUsers', input: {} } }]) {
        const asked = grace.app.order({ order: 'invoke', channel: CHANNEL, frame, main: false, payload })
        await expect(asked).rejects.toThrow(/do not allow this/)
      }
    })

    test.for([
      ['no object', 'status'],
      ['no method of the page', { id: 1, method: 'stop', params: {} }],
      ['a method of every object', { id: 1, method: 'constructor', params: {} }],
      ['a field of its own', { ...REQUEST, frame: 'app://sallyport/index.html' }],
      ['too long', { ...REQUEST, params: { text: 'x'.repeat(5 * 1024 * 1024) } }],
    ] as const)('a message of the page that is %s is refused', async ([, message]) => {
      expect(String(await send(message))).toMatch(/Error invoking remote method/)
      expect(await send(REQUEST)).toMatchObject({ result: { state: 'signed-in' } })
    })

    test('parameters that do not fit are refused with a code', async () => {
      for (const params of [{ name: 7 }, { name: 'a'.repeat(10_000) }, { name: 'shop-db/read-only', tool: 'psql' }, []])
        expect(await send({ id: 3, method: 'connect', params })).toMatchObject({ error: { code: 'invalid_request' } })
    })

    test('the page cannot leave, load from elsewhere, or make markup of text', async () => {
      const { page } = grace.app
      const outcome = await page.evaluate<unknown>(`(async () => {
      const tried = async (work) => {
        try {
          await work()
          return 'done'
        } catch (error) {
          return error.name
        }
      }
      return {
        network: await tried(() => fetch('https://evil.example/')),
        markup: await tried(() => (document.createElement('div').innerHTML = '<img src=x onerror=alert(1)>')),
        node: typeof globalThis.require + typeof globalThis.process,
        given: Object.keys(window.sallyport).toSorted(),
      }
    })()`)
      expect(outcome).toEqual({
        network: 'TypeError',
        markup: 'TypeError',
        node: 'undefinedundefined',
        given: ['listen', 'send'],
      })
      // In a task of the page's own: what the debugger itself runs is exempt from the content policy.
      const texts = await page.evaluate<unknown>(`new Promise((resolve) => {
      const violated = new Set()
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => violated.add(effectiveDirective))
      const tried = (work) => {
        try {
          work()
          return 'done'
        } catch (error) {
          return error.name
        }
      }
      setTimeout(() => {
        const script = document.createElement('script')
        const outcome = {
          evaluated: tried(() => eval('window.ran = true')),
          made: tried(() => new Function('window.ran = true')()),
          inline: tried(() => (script.text = 'window.ran = true')),
          handler: tried(() => document.body.setAttribute('onclick', 'window.ran = true')),
          foreign: tried(() => (script.src = 'https://evil.example/script.js')),
        }
        script.append('window.ran = true')
        document.body.append(script)
        document.body.click()
        setTimeout(() => resolve({ ...outcome, ran: window.ran ?? false, violated: [...violated].toSorted() }), 100)
      })
    })`)
      expect(texts).toEqual({
        evaluated: 'EvalError',
        made: 'EvalError',
        inline: 'TypeError',
        handler: 'TypeError',
        foreign: 'TypeError',
        ran: false,
        violated: expect.arrayContaining(['require-trusted-types-for']) as string[],
      })
      await page.evaluate(`void (location.href = 'https://evil.example/stolen')`)
      await grace.app.until('the refusal', (state) => state.refused.includes('https://evil.example/stolen'))
      expect(await send(REQUEST)).toMatchObject({ result: { state: 'signed-in' } })
    })

    test('a link asks before it does anything, with the focus on the way out; a hundred of them are one question', async () => {
      const { app } = grace
      const before = (await app.state()).window!.focused
      for (let count = 0; count < 100; count++)
        await app.order({ order: 'secondInstance', words: ['sallyport-app', `sallyport://connect/${credential}`] })
      const dialog = app.page.getByRole('dialog')
      await dialog.waitFor()
      expect(await dialog.count()).toBe(1)
      expect((await app.state()).window!.focused).toBe(before + 100)
      await expect.poll(() => app.page.evaluate(`document.activeElement?.textContent`)).toMatch(/Cancel/)
      expect(await listener()).toBe('off')
      await app.page.keyboard.press('Enter')
      await dialog.waitFor({ state: 'detached' })
      expect(await listener()).toBe('off')
    })

    test.for([
      'sallyport://connect/../connect/x',
      'sallyport://connect/shop-db/read-only',
      'sallyport://approve/01933b5e-7c2a-7d11-9a53-3f1c8e0b4d21',
      'sallyport://signed-in?code=abc&state=def',
      'https://evil.example/',
    ])('the link %s only brings the window forward', async (link) => {
      const { app } = grace
      const { crossings } = await app.state()
      await app.order({ order: 'secondInstance', words: ['sallyport-app', link] })
      await send(REQUEST)
      const later = (await app.state()).crossings.slice(crossings.length).join('\n')
      expect(later).not.toMatch(/"event":"(link|navigate)"|"method":"connect"/)
      expect(await app.page.getByRole('dialog').count()).toBe(0)
    })

    test('a link to what nobody granted says so, and names nothing', async () => {
      const { app } = grace
      await app.order({ order: 'openUrl', url: 'sallyport://connect/01933b5e-7c2a-7d11-9a53-3f1c8e0b4d21' })
      await app.page.getByText('You have no access to what this link names.').first().waitFor()
      expect(await app.page.getByRole('dialog').innerText()).not.toContain('01933b5e')
      await app.page.keyboard.press('Escape')
      await app.page.getByRole('dialog').waitFor({ state: 'detached' })
    })
  })

  describe('the page on loopback', () => {
    let chromium: Awaited<ReturnType<typeof startChromium>>

    const invite = async (): Promise<URL> => new URL((await bed.owner.agent.local.call('serveUi', {})).url)
    const tokenOf = (url: URL): string => url.hash.replace('#token=', '')
    const closed = async (socket: WebSocket): Promise<number> => ((await once(socket, 'close')) as [number])[0]
    const open = async (url: URL): Promise<WebSocket> => {
      const socket = new WebSocket(`ws://${url.host}/bridge`, { origin: url.origin })
      await once(socket, 'open')
      return socket
    }
    const visit = async (address: string): Promise<Page> => {
      const page = await chromium.context.newPage()
      await page.goto(address)
      return page
    }

    beforeAll(async () => {
      chromium = await startChromium(chromiumPath()!)
    })
    afterAll(() => chromium?.close())

    test('the person’s own page works, and its address holds no token any more', async () => {
      const page = await visit((await invite()).href)
      await page.getByRole('heading', { name: 'Resources' }).waitFor()
      await page
        .getByRole('row', { name: /^shop-db/ })
        .first()
        .waitFor()
      expect(page.url()).not.toContain('token')
      expect(await chromium.context.cookies()).toEqual([])
      // How it looks, and nothing else.
      expect(await page.evaluate(`[...Object.keys(localStorage), ...Object.keys(sessionStorage)]`)).toEqual([
        'mantine-color-scheme-value',
      ])
      await page.close()
    })

    test('an address works once, for one page, and not after a reload', async () => {
      const address = (await invite()).href
      const first = await visit(address)
      await first.getByRole('heading', { name: 'Resources' }).waitFor()
      const second = await chromium.context.newPage()
      const refused = second.waitForEvent('websocket').then((socket) => socket.waitForEvent('close'))
      await second.goto(address)
      await refused
      expect(await second.getByRole('row', { name: /^shop-db/ }).count()).toBe(0)
      await first.reload()
      await first.getByRole('heading', { name: 'This page was opened without its key.' }).waitFor()
      expect(await first.getByRole('row', { name: /^shop-db/ }).count()).toBe(0)
      await Promise.all([first.close(), second.close()])
    })

    test('a page of another site cannot read it, nor speak to it', async () => {
      const url = await invite()
      const page = await chromium.context.newPage()
      await page.route('http://evil.example/', (route) =>
        route.fulfill({ contentType: 'text/html', body: '<title>evil</title>' }),
      )
      await page.goto('http://evil.example/')
      const given = JSON.stringify({ origin: url.origin, host: url.host, token: tokenOf(url) })
      const outcome = await page.evaluate<unknown>(`(async ({ origin, host, token }) => {
      const fetched = await fetch(origin + '/').then(() => 'read', () => 'refused')
      const spoke = await new Promise((resolve) => {
        const socket = new WebSocket('ws://' + host + '/bridge')
        socket.addEventListener('open', () => socket.send(JSON.stringify({ hello: 1, token })))
        socket.addEventListener('message', () => resolve('answered'))
        socket.addEventListener('close', () => resolve('refused'))
      })
      const frame = document.createElement('iframe')
      frame.src = origin + '/'
      await new Promise((resolve) => {
        frame.addEventListener('load', resolve)
        document.body.append(frame)
      })
      return { fetched, spoke }
    })(${given})`)
      expect(outcome).toEqual({ fetched: 'refused', spoke: 'refused' })
      for (const frame of page.frames().slice(1)) expect(await frame.content().catch(() => '')).not.toContain('Sallyport')
      await page.close()
      // The token was seen by nobody who may use it: it is still good for the person.
      const socket = await open(url)
      socket.send(JSON.stringify({ hello: 1, token: tokenOf(url) }))
      expect(JSON.parse(String((await once(socket, 'message'))[0]))).toMatchObject({ welcome: 1 })
      socket.close()
    })

    test('a name that was made to point here is refused, for files and for the socket', async () => {
      const url = await invite()
      for (const host of [`rebound.example:${url.port}`, `localhost:${url.port}`, '127.0.0.1', `[::1]:${url.port}`]) {
        const asked = request({ host: '127.0.0.1', port: url.port, path: '/', headers: { host } }).end()
        const [answer] = (await once(asked, 'response')) as [{ statusCode: number; resume(): void }]
        answer.resume()
        expect(answer.statusCode, host).toBe(403)
        const socket = new WebSocket(`ws://127.0.0.1:${url.port}/bridge`, { origin: `http://${host}`, headers: { host } })
        const [error] = (await once(socket, 'error')) as [Error]
        expect(error.message, host).toContain('403')
      }
    })

    test('without a token, with a guessed one, or with a used one nothing is answered', async () => {
      const url = await invite()
      const used = tokenOf(url)
      const first = await open(url)
      first.send(JSON.stringify({ hello: 1, token: used }))
      await once(first, 'message')
      for (const message of [REQUEST, { hello: 1, token: 'A'.repeat(43) }, { hello: 1, token: used }, { hello: 1 }]) {
        const socket = await open(url)
        const heard: unknown[] = []
        socket.on('message', (data) => heard.push(data))
        const code = closed(socket)
        socket.send(JSON.stringify(message))
        expect(await code).toBe(4401)
        expect(heard).toEqual([])
      }
      first.close()
    })

    test('a locked page shows nothing, and neither it nor another that was let in is answered, until the person confirms', async () => {
      const page = await visit((await invite()).href)
      const row = page.getByRole('row', { name: /^shop-db/ }).first()
      await row.waitFor()
      await page.keyboard.press('Control+l')
      await page.getByRole('heading', { name: 'Sallyport is locked' }).waitFor()
      expect(await page.locator('body').innerText()).not.toContain('shop-db')
      const url = await invite()
      const own = await open(url)
      const answers = new Map<number, object>()
      own.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as { id?: number }
        if (message.id !== undefined) answers.set(message.id, message)
      })
      own.send(JSON.stringify({ hello: 1, token: tokenOf(url) }))
      const asked = [
        ['status', {}],
        ['credentials', {}],
        ['connections', {}],
        ['connect', { name: 'shop-db/read-only' }],
        ['api', { route: 'listMyCredentials', input: {} }],
        ['beginPresence', { call: null }],
      ] as const
      await once(own, 'message')
      for (const [id, [method, params]] of asked.entries()) own.send(JSON.stringify({ id, method, params }))
      await expect.poll(() => answers.size, { timeout: 30_000 }).toBe(asked.length)
      for (const [id, [method]] of asked.entries())
        expect(answers.get(id), method).toMatchObject({ error: { code: 'app_locked' } })
      const second = await visit((await invite()).href)
      await second.getByRole('heading', { name: 'Sallyport is locked' }).waitFor()
      // A confirmation of something else does not unlock: this one is given to the agent, outside of any page.
      await bed.owner.agent.api('createRole', { body: { name: 'made while the page was locked' } })
      expect(await bed.owner.agent.local.call('lockState', {})).toEqual({ locked: true })

      const { id, url: confirmation } = await bed.owner.agent.local.call('beginUnlock', { paste: true })
      const unlocked = bed.owner.agent.local.call('awaitUnlock', { id })
      const browser = await visit(confirmation)
      await browser.getByLabel('Password').fill(bed.owner.password)
      await browser.getByRole('button', { name: 'Confirm' }).click()
      const code = await browser.getByLabel('Your code').textContent()
      await bed.owner.agent.local.call('giveCode', { id, code: code ?? '' })
      expect(await unlocked).toEqual({ locked: false })
      await row.waitFor()
      await second
        .getByRole('row', { name: /^shop-db/ })
        .first()
        .waitFor()
      own.close()
      await Promise.all([page.close(), second.close(), browser.close()])
    })

    test('a page that was let in cannot end the agent or let others in', async () => {
      for (const method of ['stop', 'serveUi', 'subscribe', 'quit', 'saveFile']) {
        const inside = await invite()
        const own = await open(inside)
        own.send(JSON.stringify({ hello: 1, token: tokenOf(inside) }))
        await once(own, 'message')
        const answered = new Promise<object>((resolve) =>
          own.on('message', (data: Buffer) => {
            const message = JSON.parse(data.toString()) as object
            // Events come, too.
            if ('id' in message) resolve(message)
          }),
        )
        const ended = Promise.race([closed(own), answered])
        own.send(JSON.stringify({ id: 1, method, params: method === 'quit' ? { endConnections: true } : {} }))
        const answer = await ended
        expect(typeof answer === 'number' || 'error' in answer, method).toBe(true)
        own.terminate()
      }
      expect(await bed.owner.agent.local.call('status', {})).toMatchObject({ state: 'signed-in' })
    })
  })
})
