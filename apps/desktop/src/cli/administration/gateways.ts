import type { OpenedRemedy } from '@sallyport/protocol/api'
import { reference, referenceArgument } from '../names/reference.ts'
import { invalid } from '../parameters/invalid.ts'
import { argument, option, repeatedOption } from '../parameters/parameter.ts'
import { choice, hostAndPort, text } from '../parameters/readers.ts'
import { previewedCommand } from '../previewed-command.ts'
import { done, given, listCommand, routeCommand } from '../route-command.ts'
import { message } from '../views/answer.ts'
import { table } from '../views/table.ts'
import { localTime, withRelative } from '../views/time.ts'
import type { Context } from '../context.ts'

const gateway = referenceArgument('gateway')
const sites = repeatedOption('site <site>', 'a site that it serves', reference('site'))
const address = option('address <host:port>', 'where clients reach it', hostAndPort)

const remedyWords = {
  'rotation': 'is rotated',
  'replacement': 'must be replaced',
  'end-of-lease': 'ends by itself',
} as const satisfies Record<OpenedRemedy, string>

const allSites = async (chosen: readonly string[], { directory }: Context): Promise<string[]> => {
  if (chosen.length > 0) return [...chosen]
  const known = await directory.items('listSites')
  if (known.length === 1) return [known[0]!.id]
  throw invalid('Say which site it serves: --site <site>. See: sallyport admin sites list')
}

export const gatewayCommands = [
  listCommand({
    words: 'admin gateways list',
    route: 'listGateways',
    names: ['site', 'gateway'],
    columns: (nameOf) => [
      { heading: 'NAME', value: (row) => row.name },
      { heading: 'KIND', value: (row) => row.kind },
      {
        heading: 'STATE',
        value: (row) => (row.status === 'revoked' ? 'revoked' : row.connected ? 'connected' : 'away'),
        color: (row) => (row.status === 'revoked' ? 'red' : row.connected ? 'green' : 'yellow'),
      },
      {
        heading: 'ADDRESS',
        value: ({ address: reachedAt, load }) =>
          reachedAt
            ? `${reachedAt.host}:${reachedAt.port}`
            : (load?.uplinks ?? []).map((uplink) => `via ${nameOf('gateway', uplink)}`).join(', ') || null,
      },
      { heading: 'SITES', value: (row) => row.sites.map((site) => nameOf('site', site)).join(', ') },
      { heading: 'VERSION', value: (row) => row.version },
      { heading: 'SEEN', value: (row) => localTime(row.lastSeenAt) },
    ],
    empty: 'There are no gateways. Add one with: sallyport admin gateways token <name> --address <host:port>',
  }),
  routeCommand({
    words: 'admin gateways token',
    route: 'createJoinToken',
    parameters: {
      name: argument('name', 'name of the new gateway', text),
      kind: option(
        'kind <kind>',
        'gateway, or relay: no address, dials out (gateway if not given)',
        choice(['gateway', 'relay']),
      ),
      sites,
      address,
    },
    examples: [
      'sallyport admin gateways token berlin-1 --site Berlin --address gateway.example.org:8443',
      'sallyport admin gateways token plant-1 --kind relay --site Plant',
    ],
    input: async ({ name, kind = 'gateway', sites: chosen, address: reachedAt = null }, context) => {
      if (kind === 'relay' && reachedAt) throw invalid('A relay has no --address: it dials out to the gateways.')
      if (kind === 'gateway' && !reachedAt) throw invalid('A gateway needs --address <host:port>: where clients reach it.')
      return { body: { name, kind, sites: await allSites(chosen, context), address: reachedAt } }
    },
    answer: (result, values) => ({
      data: result,
      text: (style) =>
        [
          `Join token for ${values.name}, valid until ${withRelative(result.expiresAt)}, for one use. It is not shown again.`,
          'On the machine of the gateway:',
          '',
          style.paint('bold', `gateway join --state <folder> --token ${result.token}`),
        ].join('\n'),
    }),
  }),
  previewedCommand({
    words: 'admin gateways change',
    route: 'changeGateway',
    mayTakeAway: true,
    details: 'The sites given replace those it serves; without any they stay.',
    parameters: { gateway, name: option('name <name>', 'its new name', text), sites, address },
    input: ({ gateway: id, sites: chosen, ...rest }) => ({
      parameters: { gateway: id },
      body: { ...given(rest), ...(chosen.length > 0 ? { sites: [...chosen] } : {}) },
    }),
    answer: (changed) => message(changed, `${changed.name} is changed.`),
  }),
  previewedCommand({
    words: 'admin gateways revoke',
    route: 'revokeGateway',
    parameters: { gateway },
    details: 'If it may have fallen into the hands of others, follow it with: sallyport admin gateways compromised <gateway>',
    confirm: () => 'Revoke this gateway and end its leases and connections? It must join anew to come back.',
    input: (values) => ({ parameters: values }),
    answer: () => done('The gateway is revoked.'),
  }),
  routeCommand({
    words: 'admin gateways opened',
    route: 'getOpenedSecrets',
    parameters: { gateway },
    input: (values) => ({ parameters: values }),
    answer: (opened) =>
      table(opened.credentials, {
        data: opened,
        columns: [
          { heading: 'CREDENTIAL', value: ({ name }) => name },
          { heading: 'IF COMPROMISED', value: ({ remedy }) => remedyWords[remedy] },
        ],
        empty: 'It opened no secret in the version that it has now.',
      }),
  }),
  routeCommand({
    words: 'admin gateways compromised',
    route: 'markGatewayCompromised',
    details:
      'For a gateway that is revoked. What it opened: sallyport admin gateways opened. Connections made with what it opened are ended on the resources, whoever made them. Where a rotation fails, or somebody must replace what nothing rotates, an alert says so: see sallyport admin alerts list.',
    parameters: { gateway },
    confirm: () => 'Rotate everything that this gateway opened, and end the connections made with it?',
    input: (values) => ({ parameters: values }),
    answer: () => done('What it opened is being rotated.'),
  }),
]
