import { randomBytes } from 'node:crypto'
import { assertNever, type CanonicalValue, canonicalJson, fromBase64url, SallyportError, seal, utf8 } from '@sallyport/protocol'
import {
  type Sink,
  type SinkDestination,
  type SinkSecret,
  sinkSecret,
  sinkSecretInfo,
  type SinkStream,
  type SinkStreamState,
} from '@sallyport/protocol/api'
import { type Command, defineCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { readSmallFile } from '../parameters/files.ts'
import { idArgument } from '../parameters/id.ts'
import { invalid } from '../parameters/invalid.ts'
import { argument, flag, option, requiredOption } from '../parameters/parameter.ts'
import { choice, hostAndPort, text, wholeNumber } from '../parameters/readers.ts'
import { done, routeCommand } from '../route-command.ts'
import { type Answer, message } from '../views/answer.ts'
import { fields } from '../views/fields.ts'
import { table } from '../views/table.ts'
import { localTime } from '../views/time.ts'

const whereTo = ({ destination }: Pick<Sink, 'destination'>): string => {
  switch (destination.kind) {
    case 'file':
      return 'files of the API'
    case 'syslog':
      return `${destination.host}:${destination.port}`
    case 'object-store':
      return `${destination.bucket}/${destination.prefix}`
    case 'webhook':
    case 'otlp':
      return destination.url
  }
}

const stateOf = ({ enabled }: Sink, { problem, behind }: SinkStreamState): string => {
  if (!enabled) return 'stopped'
  if (problem !== null) return `fails since ${localTime(problem.since)}: ${problem.message}`
  return behind === 0 ? 'up to date' : 'sending'
}

/** Each stream of a sink has a line of its own. */
const listAnswer = (data: { readonly items: readonly Sink[] }): Answer =>
  table(
    data.items.flatMap((sink) => sink.streams.map((stream) => ({ sink, stream }))),
    {
      data: data.items,
      columns: [
        { heading: 'ID', value: ({ sink }) => sink.id },
        { heading: 'NAME', value: ({ sink }) => sink.name },
        { heading: 'KIND', value: ({ sink }) => sink.destination.kind },
        { heading: 'TO', value: ({ sink }) => whereTo(sink) },
        { heading: 'SENDS', value: ({ stream }) => stream.stream },
        { heading: 'NEXT', value: ({ stream }) => stream.next, align: 'right' },
        { heading: 'BEHIND', value: ({ stream }) => stream.behind, align: 'right' },
        {
          heading: 'STATE',
          value: ({ sink, stream }) => stateOf(sink, stream),
          flexible: true,
          color: ({ stream: { problem } }) => (problem === null ? null : 'yellow'),
        },
      ],
      empty: 'Nothing is sent anywhere. Add a sink with: sallyport admin sinks add-webhook',
    },
  )

const headings: Record<SinkStream, string> = { log: 'Log', activity: 'Activity' }

const sinkFields = (sink: Sink): Answer =>
  fields(sink, [
    ['Name', sink.name],
    ['Id', sink.id],
    ['To', `${sink.destination.kind}: ${whereTo(sink)}`],
    ...sink.streams.map((stream): readonly [string, string] => [
      headings[stream.stream],
      `${stateOf(sink, stream)}; next is entry ${stream.next}, ${stream.behind} behind`,
    ]),
  ])

/** Sealed on this computer: nothing between this process and the vault sees it. */
const sealFor = async (context: Context, destination: SinkDestination, secret: SinkSecret) => {
  const { organization, vaultKeys } = await (await context.agent()).call('trust', {})
  const vaultKey = vaultKeys[0]
  if (!vaultKey) throw new SallyportError('vault_unavailable')
  const parsed = sinkSecret.safeParse(secret)
  if (!parsed.success) throw invalid('What the sink needs to send is not in the form that it has.')
  const bytes = utf8(canonicalJson(parsed.data as unknown as CanonicalValue))
  try {
    const info = sinkSecretInfo({ organization, destination })
    return { vaultKey: vaultKey.id, sealed: await seal(bytes, fromBase64url(vaultKey.publicKey), { info }) }
  } finally {
    bytes.fill(0)
  }
}

const streamsChoice = choice(['log', 'activity', 'both'])
const streamsOf: Record<SinkStream | 'both', SinkStream[]> = {
  log: ['log'],
  activity: ['activity'],
  both: ['log', 'activity'],
}

interface Common {
  readonly name: string
  readonly fromNow: boolean
  readonly send?: keyof typeof streamsOf | undefined
}

const add = async (
  context: Context,
  wanted: Common & { readonly destination: SinkDestination },
  secret: SinkSecret | null,
): Promise<Sink> =>
  context.api('createSink', {
    body: {
      name: wanted.name,
      destination: wanted.destination,
      ...(wanted.send === undefined ? {} : { streams: streamsOf[wanted.send] }),
      from: wanted.fromNow ? 'now' : 'beginning',
      sealedSecret: secret === null ? null : await sealFor(context, wanted.destination, secret),
    },
  })

const common = {
  name: argument('name', 'its name', text),
  fromNow: flag('from-now', 'only what comes from now on, not what is there already'),
  send: option(
    'send <what>',
    'the log, unless given; activity is what people do on resources, as far as the API may keep it',
    streamsChoice,
  ),
}
const authority = option('authority <file>', 'PEM of the authority of its certificate; otherwise what the API trusts', text)
const readAuthority = async (file: string | undefined, context: Context): Promise<string> =>
  file === undefined ? '' : readSmallFile(file, context)

const readClientCertificate = async (
  { certificate, key }: { readonly certificate: string | undefined; readonly key: string | undefined },
  context: Context,
): Promise<SinkSecret | null> => {
  if (certificate === undefined && key === undefined) return null
  if (certificate === undefined || key === undefined)
    throw invalid('A certificate comes with its key, and a key with its certificate.')
  return {
    kind: 'client-certificate',
    certificate: (await readSmallFile(certificate, context)).trim(),
    key: (await readSmallFile(key, context)).trim(),
  }
}

/** `<name>: <value>`, or two lines, as a file has them. */
const twoParts = (content: string, separator: RegExp, expected: string): [string, string] => {
  const [first, ...rest] = content.trim().split(separator)
  if (first === undefined || rest.length === 0) throw invalid(expected)
  return [first.trim(), rest.join(':').trim()]
}

const readAccessKey = async (file: string, context: Context): Promise<SinkSecret> => {
  const [id, secret] = twoParts(await readSmallFile(file, context), /\r?\n/, 'The file has two lines: id and secret.')
  return { kind: 'access-key', id, secret }
}

const readHeader = async (file: string, context: Context): Promise<SinkSecret> => {
  const [name, value] = twoParts(await readSmallFile(file, context), /:/, 'A header is: Name: value')
  return { kind: 'header', name, value }
}

const newSigningKey = (): SinkSecret & { readonly kind: 'signing-key' } => ({
  kind: 'signing-key',
  key: randomBytes(32).toString('base64'),
})
const signingAnswer = (sink: Sink, { key }: { readonly key: string }): Answer =>
  message({ ...sink, signingKey: `whsec_${key}` }, `The receiver verifies with: whsec_${key}`)

interface SecretFiles {
  readonly certificate: string | undefined
  readonly key: string | undefined
  readonly header: string | undefined
}

/** What sinks of each kind are let in with. */
const readSecret = async (kind: SinkDestination['kind'], files: SecretFiles, context: Context): Promise<SinkSecret> => {
  switch (kind) {
    case 'syslog': {
      const secret = await readClientCertificate(files, context)
      if (secret === null) throw invalid('A receiver of syslog knows Sallyport by --certificate and --key.')
      return secret
    }
    case 'object-store':
      if (files.key === undefined) throw invalid('An object store needs an access key: --key <file>, with two lines.')
      return readAccessKey(files.key, context)
    case 'otlp':
      if (files.header === undefined) throw invalid('OpenTelemetry is let in by a header: --header <file>.')
      return readHeader(files.header, context)
    case 'webhook':
      return newSigningKey()
    case 'file':
      throw invalid('Files are written without a secret.')
    default:
      return assertNever(kind)
  }
}

export const sinkCommands: readonly Command[] = [
  routeCommand({ words: 'admin sinks list', route: 'listSinks', parameters: {}, input: () => ({}), answer: listAnswer }),
  defineCommand({
    words: 'admin sinks add-file',
    summary: 'Writes the log, or activity, to files of JSON lines, where the operator of the API keeps them',
    parameters: {
      ...common,
      size: option('size <MiB>', 'a file of this size is followed by another one; 64 unless given', wholeNumber(1, 1024)),
      keep: option('keep <count>', 'the newest files that are kept; 0, unless given: all', wholeNumber(0, 10_000)),
    },
    run: async (context, { size = 64, keep = 0, ...rest }) => {
      const destination = { kind: 'file', maxBytes: size * 1024 * 1024, keepFiles: keep } as const
      return sinkFields(await add(context, { ...rest, destination }, null))
    },
  }),
  defineCommand({
    words: 'admin sinks add-syslog',
    summary: 'Sends the log, or activity, to a syslog receiver over TLS (RFC 5424, RFC 5425)',
    parameters: {
      ...common,
      to: requiredOption('to <host:port>', 'the receiver; usually port 6514', hostAndPort),
      authority,
      certificate: option('certificate <file>', 'PEM of the certificate by which the receiver knows Sallyport; with --key', text),
      key: option('key <file>', 'PEM of its private key, without a passphrase; - is standard input', text),
    },
    run: async (context, { to, authority: file, certificate, key, ...rest }) => {
      const destination = { kind: 'syslog', ...to, certificates: await readAuthority(file, context) } as const
      return sinkFields(await add(context, { ...rest, destination }, await readClientCertificate({ certificate, key }, context)))
    },
  }),
  defineCommand({
    words: 'admin sinks add-webhook',
    summary: 'Posts the log, or activity, to an address, signed as Standard Webhooks says',
    details: 'Prints the key by which the receiver verifies; it is shown this once.',
    parameters: { ...common, url: requiredOption('url <url>', 'the address', text), authority },
    run: async (context, { url, authority: file, ...rest }) => {
      const secret = newSigningKey()
      const destination = { kind: 'webhook', url, certificates: await readAuthority(file, context) } as const
      return signingAnswer(await add(context, { ...rest, destination }, secret), secret)
    },
  }),
  defineCommand({
    words: 'admin sinks add-object-store',
    summary: 'Writes the log, or activity, to an S3-compatible store',
    parameters: {
      ...common,
      bucket: requiredOption('bucket <bucket>', 'the bucket', text),
      region: requiredOption('region <region>', 'its region', text),
      prefix: option('prefix <prefix>', 'in front of every name, with a slash at its end', text),
      endpoint: option('endpoint <url>', 'of a store that is not AWS', text),
      key: requiredOption('key <file>', 'two lines: id and secret of an access key; - is standard input', text),
    },
    run: async (context, { bucket, region, prefix = '', endpoint = null, key, ...rest }) => {
      const secret = await readAccessKey(key, context)
      const destination = { kind: 'object-store', endpoint, region, bucket, prefix } as const
      return sinkFields(await add(context, { ...rest, destination }, secret))
    },
  }),
  defineCommand({
    words: 'admin sinks add-otlp',
    summary: 'Sends the log, or activity, as OpenTelemetry logs (OTLP over HTTP)',
    parameters: {
      ...common,
      url: requiredOption('url <url>', 'the address, usually ending in /v1/logs', text),
      authority,
      header: option('header <file>', 'a header that lets in, `Name: value`; - is standard input', text),
    },
    run: async (context, { url, authority: file, header, ...rest }) => {
      const destination = { kind: 'otlp', url, certificates: await readAuthority(file, context) } as const
      const secret = header === undefined ? null : await readHeader(header, context)
      return sinkFields(await add(context, { ...rest, destination }, secret))
    },
  }),
  routeCommand({
    words: 'admin sinks set',
    summary: 'Renames a sink, stops it, or lets it go on: at once, if it waits after a failure',
    route: 'changeSink',
    parameters: {
      sink: idArgument('sink', 'admin sinks list'),
      name: option('name <name>', 'its new name', text),
      state: option('state <state>', 'stops it, or lets it go on at once', choice(['running', 'stopped'])),
    },
    input: ({ sink, name, state }) => ({
      parameters: { sink },
      body: { ...(name === undefined ? {} : { name }), ...(state === undefined ? {} : { enabled: state === 'running' }) },
    }),
    answer: sinkFields,
  }),
  defineCommand({
    words: 'admin sinks replace-secret',
    summary: 'Replaces what a sink is let in with; what was sent stays sent, and it goes on at once',
    details: 'A webhook gets a new key, by which the receiver verifies from then on; it is shown this once.',
    parameters: {
      sink: idArgument('sink', 'admin sinks list'),
      certificate: option('certificate <file>', 'of syslog: PEM of the certificate; with --key', text),
      key: option('key <file>', 'PEM of its private key, or the two lines of an access key; - is standard input', text),
      header: option('header <file>', 'of OpenTelemetry: a header that lets in, `Name: value`; - is standard input', text),
    },
    run: async (context, { sink: id, ...files }) => {
      const { items } = await context.api('listSinks', {})
      const found = items.find((each) => each.id === id)
      if (!found) throw new SallyportError('not_found', { message: 'There is no such sink.' })
      const { destination } = found
      const secret = await readSecret(destination.kind, files, context)
      const body = { sealedSecret: await sealFor(context, destination, secret) }
      const sink = await context.api('changeSink', { parameters: { sink: id }, body })
      return secret.kind === 'signing-key' ? signingAnswer(sink, secret) : sinkFields(sink)
    },
  }),
  routeCommand({
    words: 'admin sinks send',
    route: 'changeSinkStreams',
    details: 'What was sent there before goes on from where it was.',
    parameters: {
      sink: idArgument('sink', 'admin sinks list'),
      what: argument('what', 'log, activity or both: all that is sent there from now on', streamsChoice),
      fromBeginning: flag('from-beginning', 'what is new there, also from before; otherwise what comes from now on'),
    },
    input: ({ sink, what, fromBeginning }) => ({
      parameters: { sink },
      body: { streams: streamsOf[what], from: fromBeginning ? ('beginning' as const) : ('now' as const) },
    }),
    answer: sinkFields,
  }),
  routeCommand({
    words: 'admin sinks remove',
    route: 'deleteSink',
    parameters: { sink: idArgument('sink', 'admin sinks list') },
    confirm: () => 'Send nothing there any longer?',
    input: (values) => ({ parameters: values }),
    answer: () => done('Nothing is sent there any longer.'),
  }),
]
