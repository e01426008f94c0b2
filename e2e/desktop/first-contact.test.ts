/**
 * A person who has an account sits down at a computer that knows nothing yet: the address of the organization, whose certificate
 * the computer trusts, and a code from a browser elsewhere are all they bring.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeInvitation, fromBase64url } from '@sallyport/protocol'
import { Testbed } from '@sallyport/testbed'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DesktopProgram, endAgent } from './support/desktop-program.ts'
import { onDesktops } from './support/desktops.ts'

const pem = (der: string): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(fromBase64url(der)).toString('base64')}\n-----END CERTIFICATE-----\n`

onDesktops('first contact by an address', (start) => {
  let bed: Testbed
  let app: DesktopProgram
  let profile: string
  let address: string
  beforeAll(async () => {
    bed = await Testbed.start()
    const { api, apiRoot, organization } = decodeInvitation(bed.central.invitation)
    address = `${api}/${organization}`
    await writeFile(join(bed.directory, 'trusted.pem'), pem(apiRoot!))
    profile = join(bed.directory, 'computer-address')
    await bed.owner.agent.api('changeSettings', { body: { newDevices: 'allow' } })
  })
  afterAll(async () => {
    await app?.stop()
    await endAgent(profile)
    await bed?.stop()
  })

  test('an address that the computer trusts shows the organization, and a code from a browser elsewhere signs in', async () => {
    app = await start({
      profile,
      env: {
        NODE_EXTRA_CA_CERTS: join(bed.directory, 'trusted.pem'),
        SALLYPORT_PASSPHRASE_FILE: join(bed.directory, 'passphrase'),
        DBUS_SESSION_BUS_ADDRESS: '',
      },
    })
    const { page } = app
    await page.getByLabel('Invitation or address').fill(address)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('heading', { name: 'Check that this is really Acme' }).waitFor()
    await page.getByRole('button', { name: 'Sign in with the browser' }).click()
    await page.getByRole('button', { name: 'Use a code' }).click()
    const url = (await page.getByText('/acme/sign-in?flow=').textContent()) ?? ''
    const browser = await app.browse()
    await browser.goto(url)
    await browser.getByLabel('E-mail address').fill(bed.owner.email)
    await browser.getByLabel('Password').fill(bed.owner.password)
    await browser.getByRole('button', { name: 'Sign in' }).click()
    // They have another computer: this one is another, not in its place.
    await browser.getByRole('button', { name: 'Continue' }).click()
    const code = await browser.getByLabel('Your code').textContent()
    await browser.close()
    await page.getByLabel('Code').fill(code ?? '')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('heading', { name: 'Resources' }).waitFor()
    await app.until('the tray of a signed-in app', ({ tray }) => tray?.tooltip.includes('Acme') ?? false)
    expect((await app.state()).opened).toHaveLength(1)
  })
})
