import { randomUUID } from 'node:crypto'
import { type ErrorCode, errorTable, isErrorCode } from '@sallyport/protocol'
import type { Finding } from '../../shared/diagnosis.ts'
import { adviceOn } from '../advice.ts'
import { defineCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { toSallyportError } from '../failure.ts'
import { oneLine } from '../terminal/printable.ts'
import { write } from '../terminal/output.ts'
import type { Style } from '../terminal/terminal.ts'

interface Check {
  readonly name: string
  readonly ok: boolean
  readonly found: string
  /** What is wrong; decides the exit code. null for what only deserves a look. */
  readonly code: ErrorCode | null
  readonly advice: string | null
}

const fine = (name: string, found: string): Check => ({ name, ok: true, found, code: null, advice: null })
const wrong = (name: string, code: ErrorCode, text: { readonly found?: string; readonly advice?: string } = {}): Check => ({
  name,
  ok: false,
  found: text.found ?? errorTable[code].text,
  code,
  advice: text.advice ?? adviceOn(code) ?? null,
})
const notice = (name: string, found: string, advice: string): Check => ({ name, ok: false, found, code: null, advice })
const failed = (name: string, error: unknown): Check => {
  const { code, message } = toSallyportError(error)
  return wrong(name, code, { found: message })
}

export const doctorCommand = defineCommand({
  words: 'doctor',
  summary: 'Checks agent, keys, API, clock, gateways, listeners and tools, and says what to do',
  parameters: {},
  run: async (context) => {
    const { json } = context.options
    const show = (check: Check): Promise<void> => write(process.stdout, `${draw(check, context.style)}\n`)
    // What is shown as it is found needs no sign that something goes on.
    const checks = await (json
      ? context.progress(
          'Checking',
          examine(context, async () => {}),
        )
      : examine(context, show))
    if (json) await write(process.stdout, `${JSON.stringify({ checks }, null, 2)}\n`)
    const code = checks.find((check) => check.code !== null)?.code
    return code ? exitCodes[errorTable[code].kind] : 0
  },
})

const draw = ({ name, ok, found, code, advice }: Check, style: Style): string => {
  const mark = ok ? style.paint('green', '✓') : code === null ? style.paint('yellow', '!') : style.paint('red', '✗')
  return `${mark} ${name.padEnd(10)} ${oneLine(found)}${advice === null ? '' : `\n             → ${oneLine(advice)}`}`
}

/** Each check is shown when it is done; what is returned is in the order of the way. */
const examine = async (context: Context, show: (check: Check) => Promise<void>): Promise<Check[]> => {
  let shown: Promise<void> = Promise.resolve()
  const showNext = (check: Check): void => {
    shown = shown.then(() => show(check))
  }
  try {
    const agent = await context.agent()
    const run = randomUUID()
    let told = 0
    agent.onFinding((event) => {
      if (event.run !== run) return
      told += 1
      showNext(checkOf(event.finding))
    })
    await agent.call('subscribe', {})
    const { findings } = await agent.call('diagnose', { run })
    const checks = findings.map(checkOf)
    if (told === 0) for (const check of checks) showNext(check)
    await shown
    return checks
  } catch (error) {
    const check = failed('Agent', error)
    await shown
    await show(check)
    return [check]
  }
}

const areaNames: Readonly<Record<Finding['area'], string>> = {
  agent: 'Agent',
  keys: 'Keys',
  clock: 'Clock',
  api: 'API',
  session: 'Session',
  gateway: 'Gateway',
  listener: 'Listener',
  tools: 'Tools',
}

const stepNames: Readonly<Record<Finding['step'], string>> = {
  '': '',
  'name': 'name',
  'connection': 'connection',
  'encryption': 'encryption',
  'answer': 'answer',
}

/** Some advice depends on where something was found. */
const adviceFor = (area: Finding['area'], code: ErrorCode): string | null => {
  if (code === 'signature_expired') return 'Let this computer set its time by the network.'
  if (area === 'api' && code === 'not_enrolled') return 'sallyport login <invitation>'
  if (area === 'api') return 'Check network, VPN and proxy of this computer, and whether the address is right.'
  if (area === 'gateway') return adviceOn(code) ?? 'Check that this network lets connections to the gateway through.'
  return adviceOn(code) ?? null
}

const noticeAdvice = (area: Finding['area']): string => {
  if (area === 'tools') return 'Only sallyport psql needs it; other tools connect by themselves.'
  if (area === 'clock') return 'Let this computer set its time by the network.'
  return 'Connect again; if that does not help, tell an administrator.'
}

const checkOf = ({ area, subject, step, state, code, detail, milliseconds }: Finding): Check => {
  const about = [subject, stepNames[step]].filter(Boolean).join(', ')
  const took = milliseconds === null || step === 'answer' ? '' : ` (${milliseconds.toFixed(1)} ms)`
  const found = `${about === '' ? '' : `${about}: `}${detail}${took}`
  const name = areaNames[area]
  if (state === 'ok') return fine(name, found)
  if (state === 'notice') return notice(name, found, noticeAdvice(area))
  const known = code !== null && isErrorCode(code) ? code : 'internal'
  const advice = adviceFor(area, known)
  return wrong(name, known, { found, ...(advice === null ? {} : { advice }) })
}
