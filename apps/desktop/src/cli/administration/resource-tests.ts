/** Trying to reach a resource, or what may become one, before anybody works with it. */
import type { ErrorCode, Endpoint } from '@sallyport/protocol'
import { errorTable, isErrorCode } from '@sallyport/protocol'
import type { InputOf, ResponseOf, RouteOf } from '@sallyport/protocol/api'
import { type Command, defineCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { reference, referenceArgument } from '../names/reference.ts'
import { option } from '../parameters/parameter.ts'
import { given } from '../route-command.ts'
import { write } from '../terminal/output.ts'
import { oneLine } from '../terminal/printable.ts'
import type { Style } from '../terminal/terminal.ts'
import { endpointOf, endpointOptions } from './endpoint-options.ts'
import { siteOf, siteOption } from './site-option.ts'

type Tested = ResponseOf<RouteOf<'testResource'>>

export const testingGateway = option(
  'gateway <gateway>',
  'through this gateway: name or id; any of the site if not given',
  reference('gateway'),
)

const draw = ({ steps }: Tested, style: Style): string =>
  steps
    .map(({ step, ok, code, detail, milliseconds }) => {
      const mark = ok ? style.paint('green', '✓') : style.paint('red', '✗')
      const found = `${oneLine(detail)}${code === null ? '' : ` (${oneLine(code)})`}`
      return `${mark} ${step.padEnd(10)} ${found}, ${milliseconds.toFixed(1)} ms`
    })
    .join('\n')

/** By what is wrong, as if the command itself had met it. */
const exitCodeOf = ({ ok, steps }: Tested): number => {
  if (ok) return 0
  const code = steps.find((step) => !step.ok)?.code ?? null
  const known: ErrorCode = code !== null && isErrorCode(code) ? code : 'resource_unreachable'
  return exitCodes[errorTable[known].kind]
}

/** Draws what was found; returns the exit code. */
export const showTest = async ({ options, style }: Context, tested: Tested): Promise<number> => {
  await write(process.stdout, `${options.json ? JSON.stringify(tested, null, 2) : draw(tested, style)}\n`)
  return exitCodeOf(tested)
}

export const resourceTestCommands: readonly Command[] = [
  defineCommand({
    words: 'admin resources test',
    summary: 'Tries to reach a resource through a gateway of its site, without signing in',
    details: 'Says for name, address, connection, encryption and greeting what was found. What fails decides the exit code.',
    parameters: { resource: referenceArgument('resource'), gateway: testingGateway },
    examples: ['sallyport admin resources test shop-db'],
    run: async (context, { resource, gateway: through }) => {
      const input: InputOf<RouteOf<'testResource'>> = { parameters: { resource }, body: given({ gateway: through }) }
      return showTest(context, await context.progress('Testing', context.api('testResource', input)))
    },
  }),
  defineCommand({
    words: 'admin resources test-endpoint',
    summary: 'Tries to reach an endpoint of which no resource is made yet',
    details: 'Takes what admin resources add takes.',
    parameters: { ...endpointOptions, site: siteOption, gateway: testingGateway },
    examples: ['sallyport admin resources test-endpoint --host db.internal --tls-ca ca.pem'],
    run: async (context, { site: chosen, gateway: through, ...values }) => {
      const [site, endpoint]: [string, Endpoint] = [await siteOf(chosen, context), endpointOf(values)]
      const input: InputOf<RouteOf<'testEndpoint'>> = { parameters: { site }, body: { ...given({ gateway: through }), endpoint } }
      return showTest(context, await context.progress('Testing', context.api('testEndpoint', input)))
    },
  }),
]
