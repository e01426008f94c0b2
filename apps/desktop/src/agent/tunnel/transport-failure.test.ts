import { TransportError } from '@sallyport/transport'
import { SallyportError } from '@sallyport/protocol'
import { expect, test } from 'vitest'
import { gatewayFailure } from './transport-failure.ts'

const untrusted = (code: string): TransportError =>
  new TransportError('peer_untrusted', `the other end's certificate is not trusted (${code})`, {
    cause: Object.assign(new Error('refused'), { code }),
  })

test.for(['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED'])('a clock that is wrong is named as such, not as a stranger: %s', (code) => {
  const failure = gatewayFailure(untrusted(code))
  expect(failure.code).toBe('certificate_invalid')
  expect(failure.message).toContain('Set its time and try again.')
})

test('a certificate of somebody else is not put down to the clock', () => {
  const failure = gatewayFailure(untrusted('DEPTH_ZERO_SELF_SIGNED_CERT'))
  expect(failure.message).toContain('do not trust each other')
  expect(failure.message).not.toContain('time')
})

test('the refusal that a gateway gave is passed on, and what is no fault of the way is ours', () => {
  expect(gatewayFailure(new SallyportError('gateway_draining')).code).toBe('gateway_draining')
  expect(gatewayFailure(new TransportError('unreachable', 'no way')).code).toBe('gateway_unreachable')
  expect(gatewayFailure(new TypeError('a defect')).code).toBe('internal')
})
