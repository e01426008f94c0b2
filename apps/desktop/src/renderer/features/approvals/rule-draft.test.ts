import { accessRuleTerms } from '@sallyport/protocol/api'
import { expect, test } from 'vitest'
import { accessRule } from '../../stories/access-requests.ts'
import { id } from '../../stories/people.ts'
import { faultOf, newRule, termsOf, usualEmergency, usualEscalation, usualWindow } from './rule-draft.ts'

const whole = {
  ...newRule,
  name: 'Production on request',
  selects: { ...newRule.selects, tags: ['production'] },
  approvers: { roles: [id(5)], users: [] },
}

test('a complete rule has no fault, and is what the API takes', () => {
  expect(faultOf(whole)).toBeNull()
  expect(accessRuleTerms.safeParse(whole).success).toBe(true)
})

test('a rule of the API says the same without what the API adds', () => {
  const terms = termsOf(accessRule(1))
  expect(faultOf(terms)).toBeNull()
  expect(accessRuleTerms.safeParse(terms).success).toBe(true)
})

test.for([
  ['name', { ...whole, name: '' }],
  ['selects', { ...whole, selects: newRule.selects }],
  ['approvers', { ...whole, approvals: 2, approvers: { roles: [], users: [id(1)] } }],
  ['window', { ...whole, windows: [{ ...usualWindow('Europe/Berlin'), days: [] }] }],
  ['window', { ...whole, windows: [usualWindow('Nowhere/At All')] }],
  ['escalation', { ...whole, escalation: usualEscalation }],
  ['responders', { ...whole, emergency: usualEmergency }],
  ['reviewers', { ...whole, emergency: { ...usualEmergency, responders: { roles: [id(5)], users: [] } } }],
] as const)('what is missing is named: %s', ([fault, terms]) => {
  expect(faultOf(structuredClone(terms) as typeof whole)).toBe(fault)
})

test('a rule that needs nobody’s approval needs no approvers', () => {
  expect(faultOf({ ...whole, approvals: 0, approvers: { roles: [], users: [] } })).toBeNull()
})
