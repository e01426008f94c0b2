import { expect, test } from 'vitest'
import type { Finding } from '../../../shared/diagnosis.ts'
import { adviceText, areas, findingsOf, reportOf, subjectText } from './report.ts'

const finding = (part: Partial<Finding>): Finding => ({
  area: 'gateway',
  subject: '',
  step: '',
  state: 'ok',
  code: null,
  detail: 'answers',
  milliseconds: null,
  ...part,
})

test('a report has a line for each finding, with what is wrong and how long it took', () => {
  const findings = [
    finding({ area: 'agent', detail: 'runs' }),
    finding({
      subject: 'eu-1',
      step: 'encryption',
      state: 'failed',
      code: 'ca_mismatch',
      detail: 'Another key.',
      milliseconds: 12.34,
    }),
  ]
  expect(reportOf({ at: '2026-11-22T14:05:00.000Z', findings })).toBe(
    ['2026-11-22T14:05:00.000Z', 'well  Agent: runs', 'wrong  Gateways · eu-1 · TLS: Another key. (12.3 ms) [ca_mismatch]'].join(
      '\n',
    ),
  )
})

test('every finding is shown in exactly one area', () => {
  const findings = areas.map((area) => finding({ area }))
  expect(areas.flatMap((area) => findingsOf(findings, area))).toEqual(findings)
})

test('whatever is wrong comes with something to do, and what is well with nothing', () => {
  for (const area of areas) {
    expect(adviceText(finding({ area }))).toBeNull()
    for (const state of ['notice', 'failed'] as const) expect(adviceText(finding({ area, state }))).toMatch(/\.$/)
  }
  expect(adviceText(finding({ area: 'listener', state: 'failed', code: 'port_taken' }))).toContain('another port')
})

test('a finding that its area says has no subject', () => {
  expect(subjectText(finding({ area: 'clock' }))).toBe('')
})
