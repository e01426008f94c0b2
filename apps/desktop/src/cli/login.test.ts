import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeInvitation, SallyportError } from '@sallyport/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import { runCli, runOnTerminal, terminalSkipReason } from './testing/run-cli.ts'
import { notEnrolled, sampleStatus } from './testing/samples.ts'
import { type StandInAgent, standInAgent } from './testing/stand-in-agent.ts'

const PASSWORD = 'correct horse battery'
const invitation = encodeInvitation({
  version: 1,
  api: 'https://sallyport.example.org',
  apiRoot: null,
  organization: 'example',
  rootFingerprint: Buffer.alloc(32, 1).toString('base64url'),
  code: Buffer.alloc(24, 2).toString('base64url'),
})

const contact = {
  api: 'https://sallyport.example.org',
  organization: 'example',
  name: 'Example',
  rootFingerprint: Buffer.alloc(32, 1).toString('base64url'),
}
const attempt = '01933b5e-7c2a-7d11-9a53-3f1c8e0b4d21'
const pageCode = 'c'.repeat(43)

let agent: StandInAgent | null = null
const start = async (before = notEnrolled()): Promise<StandInAgent> =>
  (agent = await standInAgent({
    methods: {
      status: () => before,
      enrol: () => sampleStatus(),
      signIn: ({ password }: { password: string }) => {
        if (password !== PASSWORD) throw new SallyportError('sign_in_failed')
        return sampleStatus()
      },
      findOrganization: ({ address }: { address: string }) => {
        if (address !== 'sallyport.example.org/example') throw new SallyportError('certificate_invalid')
        return contact
      },
      beginSignIn: () => ({ id: attempt, url: 'https://sallyport.example.org/example/sign-in?flow=x' }),
      giveCode: ({ code }: { code: string }) => {
        if (code !== pageCode) throw new SallyportError('browser_code_invalid', { message: 'This is not the whole code.' })
        return {}
      },
      awaitSignIn: () => sampleStatus(),
      renew: () => sampleStatus(),
      signOut: () => sampleStatus({ state: 'signed-out', session: null }),
    },
  }))
afterEach(async () => {
  await agent?.stop()
  agent = null
})
const signedOut = () => sampleStatus({ state: 'signed-out', session: null })
const lastAsked = () => agent?.asked.at(-1)

describe.skipIf(terminalSkipReason())('at a terminal', () => {
  test('an invitation asks for a new password twice, until it is long enough and the same, and shows none', async () => {
    const { profile } = await start()
    const run = runOnTerminal(['login', invitation], { profile })
    await run.answer('New password', 'short\r')
    await run.answer('The same again: ', 'short\r')
    await run.answer('New password', `${PASSWORD}\r`)
    await run.answer('The same again: ', 'something else\r')
    await run.answer('New password', `${PASSWORD}\r`)
    await run.answer('The same again: ', `${PASSWORD}\r`)
    expect(await run.exited).toBe(0)
    expect(run.shown).toContain('You are joining example at https://sallyport.example.org.')
    expect(run.shown).toContain('A password has at least 12 characters.')
    expect(run.shown).toContain('These were not the same.')
    expect(run.shown).toContain('Ada Lovelace <ada@example.org>')
    expect(run.shown).not.toContain(PASSWORD)
    expect(run.shown).not.toContain('short')
    expect(lastAsked()).toEqual({ name: 'enrol', input: { invitation, password: PASSWORD } })
  })

  test('signing in proposes the last address, and the password may be corrected while it is typed', async () => {
    const { profile } = await start(signedOut())
    const run = runOnTerminal(['login'], { profile })
    await run.answer('E-mail address [ada@example.org]: ', '\r')
    await run.answer('Password: ', `${PASSWORD}x\u007f\r`)
    expect(await run.exited).toBe(0)
    expect(lastAsked()).toEqual({ name: 'signIn', input: { email: 'ada@example.org', password: PASSWORD } })
  })

  test('with the invitation on standard input the questions come to the terminal behind it', async () => {
    const { profile } = await start()
    await writeFile(join(profile, 'invitation'), invitation)
    const run = runOnTerminal(['login', '-'], { profile, inputFile: join(profile, 'invitation') })
    await run.answer('New password', `${PASSWORD}\r`)
    await run.answer('The same again: ', `${PASSWORD}\r`)
    expect(await run.exited).toBe(0)
    expect(run.shown).not.toContain(PASSWORD)
    expect(lastAsked()).toEqual({ name: 'enrol', input: { invitation, password: PASSWORD } })
  })

  test('a wrong password ends with 3 and says so', async () => {
    const { profile } = await start(signedOut())
    const run = runOnTerminal(['login', '--email', 'ada@example.org'], { profile })
    await run.answer('Password: ', 'wrong\r')
    expect(await run.exited).toBe(3)
    expect(run.shown).toContain('E-mail address or password is wrong.')
  })

  test('over SSH the page shows a code, which is asked for until it is whole', async () => {
    const { profile } = await start(signedOut())
    const run = runOnTerminal(['login', '--browser'], { profile, env: { SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' } })
    await run.answer('The code that the page shows: ', `${pageCode.slice(1)}\r`)
    await run.answer('The code that the page shows: ', `${pageCode}\r`)
    expect(await run.exited).toBe(0)
    expect(run.shown).toContain('https://sallyport.example.org/example/sign-in?flow=x')
    expect(run.shown).toContain('This is not the whole code.')
    expect(agent?.asked.map(({ name }) => name)).toEqual(['beginSignIn', 'giveCode', 'giveCode', 'awaitSignIn'])
    expect(agent?.asked[0]?.input).toMatchObject({ paste: true })
  })

  test('Ctrl-C at a question ends with 130 and asks nothing of the agent', async () => {
    const { profile } = await start(signedOut())
    const run = runOnTerminal(['login', '--email', 'ada@example.org'], { profile })
    await run.answer('Password: ', '\u0003')
    expect(await run.exited).toBe(130)
    expect(lastAsked()?.name).toBe('status')
  })
})

describe('in a script', () => {
  test('the session’s certificate is renewed on demand', async () => {
    const { profile } = await start()
    const { code, stdout } = await runCli(['renew'], { profile })
    expect(code).toBe(0)
    expect(stdout).toContain('Your session has a new certificate.')
    expect(lastAsked()).toEqual({ name: 'renew', input: {} })
  })

  test('invitation and password come of files', async () => {
    const { profile } = await start()
    await writeFile(join(profile, 'invitation'), `${invitation}\n`)
    await writeFile(join(profile, 'password'), `${PASSWORD}\n`)
    const words = [
      'login',
      `@${join(profile, 'invitation')}`,
      '--password-file',
      join(profile, 'password'),
      '--device-name',
      'Laptop',
    ]
    const { code, stdout } = await runCli([...words, '--json'], { profile })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ state: 'signed-in' })
    expect(lastAsked()).toEqual({ name: 'enrol', input: { invitation, password: PASSWORD, deviceName: 'Laptop' } })
  })

  test('the password may come of standard input', async () => {
    const { profile } = await start(signedOut())
    const { code } = await runCli(['login', '--email', 'ada@example.org', '--password-file', '-'], { profile, input: PASSWORD })
    expect(code).toBe(0)
    expect(lastAsked()).toEqual({ name: 'signIn', input: { email: 'ada@example.org', password: PASSWORD } })
  })

  test('an invitation with an address enrols a second computer of somebody who has a password', async () => {
    const { profile } = await start()
    const words = ['login', invitation, '--email', 'ada@example.org', '--password-file', '-']
    await runCli(words, { profile, input: PASSWORD })
    expect(lastAsked()).toEqual({ name: 'signIn', input: { email: 'ada@example.org', password: PASSWORD, invitation } })
  })

  test('an address says where to sign in, and what was found there goes with the sign-in', async () => {
    const { profile } = await start()
    const words = ['login', 'sallyport.example.org/example', '--email', 'ada@example.org', '--password-file', '-']
    const { code, stderr } = await runCli(words, { profile, input: PASSWORD })
    expect(code).toBe(0)
    expect(stderr).toContain('Example at sallyport.example.org, whose certificate this computer trusts.')
    expect(stderr).toContain('Key fingerprint: 0101 0101')
    expect(lastAsked()).toEqual({ name: 'signIn', input: { email: 'ada@example.org', password: PASSWORD, contact } })
  })

  test('nobody signs in at an address that this computer does not trust', async () => {
    const { profile } = await start()
    const words = ['login', 'https://elsewhere.example.org/example', '--email', 'ada@example.org', '--password-file', '-']
    expect((await runCli(words, { profile, input: PASSWORD })).code).toBe(3)
    expect(agent?.asked.map(({ name }) => name)).toEqual(['findOrganization'])
  })

  test('nobody is asked where there is no terminal', async () => {
    const { profile } = await start(signedOut())
    const { code, stderr } = await runCli(['login', '--email', 'ada@example.org'], { profile })
    expect(code).toBe(2)
    expect(stderr).toContain('--password-file')
  })

  test('a password on the command line is not an option', async () => {
    const { profile } = await start(signedOut())
    expect((await runCli(['login', '--password', PASSWORD], { profile })).stderr).toContain("unknown option '--password'")
  })

  test('a computer that is not enrolled needs an invitation', async () => {
    const { profile } = await start()
    const { code, stderr } = await runCli(['login', '--email', 'ada@example.org', '--password-file', '-'], {
      profile,
      input: PASSWORD,
    })
    expect(code).toBe(3)
    expect(stderr).toContain('sallyport login <invitation>')
  })

  test('a damaged invitation is refused before anything else happens', async () => {
    const { profile } = await start()
    const { code } = await runCli(['login', invitation.slice(0, -9), '--password-file', '-'], { profile, input: PASSWORD })
    expect(code).toBe(3)
    expect(agent?.asked).toEqual([])
  })

  test('who is signed in already stays so, and somebody else must sign out first', async () => {
    const { profile } = await start(sampleStatus())
    expect(await runCli(['login'], { profile })).toMatchObject({ code: 0, stderr: 'You are signed in already.\n' })
    const other = await runCli(['login', '--email', 'eve@example.org', '--password-file', '-'], { profile, input: PASSWORD })
    expect(other).toMatchObject({ code: 6 })
    expect(other.stderr).toContain('sallyport logout')
  })
})
