/** A diagnosis in words: areas in the order of the way, and a text to hand on. Pure. */
import type { Diagnosis, Finding } from '../../../shared/diagnosis.ts'
import { text } from '../../texts/text.ts'

export type Area = Finding['area']
export const areas = [
  'agent',
  'keys',
  'clock',
  'api',
  'session',
  'gateway',
  'listener',
  'tools',
] as const satisfies readonly Area[]

export const areaText = (area: Area): string => {
  switch (area) {
    case 'agent':
      return text('settings.areaAgent')
    case 'keys':
      return text('settings.areaKeys')
    case 'clock':
      return text('settings.areaClock')
    case 'api':
      return text('settings.areaApi')
    case 'session':
      return text('settings.areaSession')
    case 'gateway':
      return text('settings.areaGateway')
    case 'listener':
      return text('settings.areaListener')
    case 'tools':
      return text('settings.areaTools')
  }
}

const stepText = (step: Finding['step']): string => {
  switch (step) {
    case '':
      return ''
    case 'name':
      return text('settings.stepName')
    case 'connection':
      return text('settings.stepConnection')
    case 'encryption':
      return text('settings.stepEncryption')
    case 'answer':
      return text('settings.stepAnswer')
  }
}

export const stateText = (state: Finding['state']): string => {
  switch (state) {
    case 'ok':
      return text('settings.findingWell')
    case 'notice':
      return text('settings.findingNotice')
    case 'failed':
      return text('settings.findingFailed')
  }
}

/** `eu-1 · TLS`; empty where the area says it all. */
export const subjectText = ({ subject, step }: Finding): string => [subject, stepText(step)].filter(Boolean).join(' · ')

export const findingsOf = (findings: readonly Finding[], area: Area): readonly Finding[] =>
  findings.filter((finding) => finding.area === area)

/** What to do about it; null: nothing is to be done, or nothing can be from here. */
export const adviceText = ({ area, state, code }: Finding): string | null => {
  if (state === 'ok') return null
  switch (area) {
    case 'agent':
      return text('settings.adviceAgent')
    case 'keys':
      return text(code === 'keychain_locked' ? 'settings.adviceKeysLocked' : 'settings.adviceKeys')
    case 'clock':
      return text('settings.adviceClock')
    case 'api':
      return text(code === 'not_enrolled' ? 'settings.adviceNotEnrolled' : 'settings.adviceApi')
    case 'session':
      return text('settings.adviceSession')
    case 'gateway':
      return text('settings.adviceGateway')
    case 'listener':
      return text(code === 'port_taken' ? 'settings.advicePort' : 'settings.adviceListener')
    case 'tools':
      return text('settings.adviceTools')
  }
}

const lineOf = (finding: Finding): string => {
  const subject = subjectText(finding)
  const code = finding.code === null ? '' : ` [${finding.code}]`
  const took = finding.milliseconds === null ? '' : ` (${finding.milliseconds.toFixed(1)} ms)`
  return `${stateText(finding.state)}  ${areaText(finding.area)}${subject === '' ? '' : ` · ${subject}`}: ${finding.detail}${took}${code}`
}

export const reportOf = (diagnosis: Diagnosis): string => [diagnosis.at, ...diagnosis.findings.map(lineOf)].join('\n')
