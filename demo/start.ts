/** `npm start`: Sallyport and a database on this machine, set up, proven and ready to be tried. */
import { parseArgs } from 'node:util'
import { buildDesktop } from '@sallyport/testbed'
import { openApp } from './app-window.ts'
import { firstQuery, proveAll } from './proof.ts'
import { heading, say, step } from './progress.ts'
import { type DemoState, openState } from './state.ts'
import { type DemoSystem, startSystem, type Stops } from './system.ts'

const usage = `Usage: npm start [-- options]
  --once    set everything up, prove each step, stop; exit code 0 or 1
  --reset   begin anew
  --help    this text`

const { values } = parseArgs({
  options: { once: { type: 'boolean' }, reset: { type: 'boolean' }, help: { type: 'boolean' } },
})

const whatToType = async ({ user }: DemoSystem, state: DemoState, stops: Stops): Promise<void> => {
  if (await openApp(user.profile, stops)) say('  Sallyport is open, signed in as dana.')
  const page = await shownPage(user)
  heading('Try it: no password is asked for, and none is known to you')
  for (const name of ['read-only', 'read-write', 'owner']) {
    const { host, port } = await user.listening(`shop/${name}`)
    say(`  ${name.padEnd(10)} psql "postgresql://${host}:${port}/shop"`)
  }
  const { host, port } = await user.listening('shop/read-only')
  say(`  any tool   postgresql://anyone:anything@${host}:${port}/shop`)
  heading('Look around')
  const cli = (profile: string, rest: string): string => `npx sallyport --profile ${profile} ${rest}`
  say(`  as dana            ${cli('.sallyport/demo/dana', 'ls')}`)
  say(`  as administrator   ${cli('.sallyport/demo/admin', 'activity')}`)
  say(`                     ${cli('.sallyport/demo/admin', 'admin users list')}`)
  say(`                     ${cli('.sallyport/demo/admin', 'admin log show')}`)
  say(`  verify the log     ${cli('.sallyport/demo/admin', 'admin log export --folder .sallyport/audit')}`)
  say('                     npx sallyport-verify .sallyport/audit')
  if (page !== null) {
    say(`  in a browser       ${page}  (works once; another: ${cli('.sallyport/demo/dana', 'ui')})`)
    say(`  as administrator   ${cli('.sallyport/demo/admin', 'ui')}`)
  }
  say(
    `\n  Everything is in ${state.folder.replace(`${process.cwd()}/`, '')}; npm start -- --reset begins anew. Ctrl-C stops it all.`,
  )
}

/** The app's page, for a browser; null where it cannot be built. */
const shownPage = async ({ local }: DemoSystem['user']): Promise<string | null> => {
  try {
    await step('the app’s page', () => buildDesktop('renderer'))
    return (await local.call('serveUi', {})).url
  } catch {
    return null
  }
}

const stopped = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(signal))
  })

const main = async (): Promise<number> => {
  if (values.help) {
    say(usage)
    return 0
  }
  const stops: Stops = []
  const interrupted = stopped().then(() => 'interrupted' as const)
  const run = async (): Promise<'done'> => {
    heading('Starting Sallyport')
    const state = await openState({ reset: values.reset ?? false })
    const system = await startSystem(state, stops)
    await firstQuery(system)
    if (values.once) await proveAll(system, state)
    else {
      await whatToType(system, state, stops)
      await interrupted
    }
    return 'done'
  }
  let code = 0
  try {
    const outcome = await Promise.race([run(), interrupted])
    if (outcome === 'interrupted' && values.once) code = 1
  } catch (error) {
    say(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    code = 1
  }
  say()
  await step('everything stopped', async () => {
    for (const stop of stops.reverse()) await stop().catch((error: unknown) => say(`  ${String(error)}`))
  })
  return code
}

process.exit(await main())
