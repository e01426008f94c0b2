/** Rotating passwords of resources, and trying out credentials. */
import { setTimeout as sleep } from 'node:timers/promises'
import { errorTable, isErrorCode, SallyportError } from '@sallyport/protocol'
import type { CredentialRotation, InputOf, RouteOf } from '@sallyport/protocol/api'
import { type Command, defineCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { referenceArgument } from '../names/reference.ts'
import { invalid } from '../parameters/invalid.ts'
import { flag, option } from '../parameters/parameter.ts'
import { choice, text } from '../parameters/readers.ts'
import { secretLine } from '../parameters/files.ts'
import { duration } from '../parameters/time.ts'
import { given, routeCommand } from '../route-command.ts'
import type { Answer } from '../views/answer.ts'
import { fields } from '../views/fields.ts'
import { withRelative } from '../views/time.ts'
import { showTest, testingGateway } from './resource-tests.ts'
import { sealSecret } from './seal-secret.ts'
import { readSecret } from './secret-options.ts'

const credential = referenceArgument('credential')

/** Milliseconds between two looks at a rotation, and for all of them. */
const LOOK_INTERVAL = 500
const LOOK_LIMIT = 90_000

const days = (seconds: number): string => (seconds % 86_400 === 0 ? `every ${seconds / 86_400} days` : `every ${seconds} seconds`)

const outcomeOf = ({ last }: CredentialRotation): string => {
  if (last === null) return 'never'
  const why = last.code === null ? '' : `: ${last.message ?? ''} (${last.code})`
  return `${last.state} (${last.reason}) of ${last.userName}, begun ${withRelative(last.startedAt)}${why}`
}

const rotationFields = (rotation: CredentialRotation): Answer =>
  fields(rotation, [
    ['Schedule', rotation.every === null ? 'none' : days(rotation.every)],
    ['After sessions', rotation.afterSession ? 'yes' : 'no'],
    ['Check after sessions', rotation.checkAfterSession ? 'yes' : 'no'],
    ['Second login', rotation.second?.userName ?? 'none: new connections may be refused for a moment'],
    ['Due', rotation.dueAt === null ? '' : withRelative(rotation.dueAt)],
    ['Rotated', rotation.rotatedAt === null ? 'never' : withRelative(rotation.rotatedAt)],
    ['Failures', rotation.failures],
    ['Last', outcomeOf(rotation)],
  ])

/** Until it is over, or its time comes later. */
const waitForEnd = async (context: Context, id: string, begun: CredentialRotation): Promise<CredentialRotation> => {
  let rotation = begun
  for (let waited = 0; waited < LOOK_LIMIT; waited += LOOK_INTERVAL) {
    if (rotation.last?.state === 'done' || rotation.last?.state === 'failed') return rotation
    await sleep(LOOK_INTERVAL)
    rotation = await context.api('getRotation', { parameters: { credential: id } })
  }
  context.note('It waits still: for a gateway, or until no lease holds the login that it changes.')
  return rotation
}

const orFailed = (rotation: CredentialRotation): CredentialRotation => {
  const { last } = rotation
  if (last?.state !== 'failed') return rotation
  const code = last.code !== null && isErrorCode(last.code) ? last.code : 'internal'
  const detail = last.message ?? errorTable[code].text
  throw new SallyportError(code, { message: `The password stays what it was: ${detail} It is tried again.` })
}

type Change = InputOf<RouteOf<'changeRotation'>>['body']

const secondLogin = async (
  context: Context,
  id: string,
  second: { readonly userName: string; readonly password: string | undefined },
): Promise<Change['second']> => {
  const { resource: on } = await context.api('getCredential', { parameters: { credential: id } })
  const resource = await context.api('getResource', { parameters: { resource: on } })
  const only = { certificate: undefined, privateKey: undefined, accessKeyId: undefined, secretAccessKey: undefined }
  const none = { ...only, region: undefined, administrator: undefined, owned: undefined, account: second.userName }
  const plaintext = await readSecret(context, { ...none, password: second.password })
  const body = await sealSecret(context, resource, plaintext)
  return { userName: second.userName, secret: (await context.api('createSecret', { body })).id }
}

export const rotationCommands: readonly Command[] = [
  defineCommand({
    words: 'admin credentials rotate',
    summary: 'Changes the password of a credential, on the resource and in the vault; nobody sees it',
    details: 'A gateway of its site does it and signs in with the new one before it counts. Waits for that.',
    parameters: { credential, background: flag('background', 'begins it, and does not wait') },
    examples: ['sallyport admin credentials rotate shop-db/read-only'],
    run: async (context, { credential: id, background }) => {
      const begun = await context.api('rotateCredential', { parameters: { credential: id } })
      if (background) return rotationFields(begun)
      return rotationFields(orFailed(await context.progress('Rotating', waitForEnd(context, id, begun))))
    },
  }),
  routeCommand({
    words: 'admin credentials rotation',
    route: 'getRotation',
    parameters: { credential },
    input: (values) => ({ parameters: values }),
    answer: rotationFields,
  }),
  defineCommand({
    words: 'admin credentials change-rotation',
    summary: 'Changes when and how the password of a credential is rotated',
    details:
      'With a second login of the same rights the two alternate, and no connection is ever refused. Its password is asked for once, and rotated from then on.',
    parameters: {
      credential,
      every: option('every <duration>', 'by schedule, such as 30d', duration),
      never: flag('never', 'no longer by schedule'),
      afterSession: option('after-session <yes|no>', 'whether each session is followed by a rotation', choice(['yes', 'no'])),
      check: option(
        'check-after-session <yes|no>',
        'whether each session is followed by a sign-in that shows a password which somebody changed',
        choice(['yes', 'no']),
      ),
      second: option('second-user-name <name>', 'a second login with which the present one alternates', text),
      password: option('password-file <file>', 'a file with its password, - for standard input', secretLine),
      alone: flag('one-login', 'no longer a second login'),
    },
    examples: [
      'sallyport admin credentials change-rotation shop-db/read-only --every 30d',
      'sallyport admin credentials change-rotation shop-db/read-write --second-user-name shop_rw_b',
    ],
    run: async (context, { credential: id, every, never, afterSession, check, second, password, alone }) => {
      if (never && every !== undefined) throw invalid('Either --every or --never.')
      if (alone && second !== undefined) throw invalid('Either --second-user-name or --one-login.')
      const body: Change = {
        ...given({ every: never ? null : every }),
        ...(afterSession === undefined ? {} : { afterSession: afterSession === 'yes' }),
        ...(check === undefined ? {} : { checkAfterSession: check === 'yes' }),
        ...(alone ? { second: null } : {}),
        ...(second === undefined ? {} : { second: await secondLogin(context, id, { userName: second, password }) }),
      }
      return rotationFields(await context.api('changeRotation', { parameters: { credential: id }, body }))
    },
  }),
  defineCommand({
    words: 'admin credentials test',
    summary: 'Signs in to the resource with a credential, through a gateway of its site, and out again',
    details: 'Says step by step what was found. What fails decides the exit code.',
    parameters: { credential, gateway: testingGateway },
    examples: ['sallyport admin credentials test shop-db/read-only'],
    run: async (context, { credential: id, gateway }) => {
      const input: InputOf<RouteOf<'testCredential'>> = { parameters: { credential: id }, body: given({ gateway }) }
      return showTest(context, await context.progress('Testing', context.api('testCredential', input)))
    },
  }),
]
