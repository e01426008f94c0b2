/** What to send to somebody who helps: the diagnosis, versions, and the last lines of the log, redacted. */
import { arch, release } from 'node:os'
import { type Diagnosis, MAX_BUNDLE } from '../../shared/diagnosis.ts'
import { clientVersion } from '../program/version.ts'
import { lastLines } from './last-lines.ts'
import { redact } from './redact.ts'

/** Bytes of the log's end. */
const LOG_BYTES = 256 * 1024

const lineOf = ({ area, subject, step, state, code, detail, milliseconds }: Diagnosis['findings'][number]): string => {
  const about = [area, subject, step].filter(Boolean).join(' · ')
  const more = [code, milliseconds === null ? null : `${milliseconds} ms`].filter(Boolean).join(', ')
  return `${state.padEnd(6)} ${about}: ${detail}${more === '' ? '' : ` (${more})`}`
}

export const makeBundle = async (diagnosis: Diagnosis, log: string): Promise<{ fileName: string; text: string }> => {
  const { node, openssl } = process.versions
  const head = [
    `Sallyport ${clientVersion} · ${diagnosis.at}`,
    `${process.platform} ${release()} ${arch()} · Node ${node} · OpenSSL ${openssl}`,
    '',
    ...diagnosis.findings.map(lineOf),
    '',
    'The last lines of the log:',
    '',
  ]
  const text = redact(`${head.join('\n')}${await lastLines(log, LOG_BYTES)}`)
  return { fileName: `sallyport-diagnosis-${diagnosis.at.slice(0, 10)}.txt`, text: text.slice(0, MAX_BUNDLE) }
}
