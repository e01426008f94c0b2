/** What every answer that carries a file of the renderer says about it, whoever serves it. */
import { contentPolicy } from '../shared/content-policy.ts'

export const pageHeaders = (host: 'electron' | 'loopback'): Readonly<Record<string, string>> => ({
  'content-security-policy': contentPolicy(host),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
  'cache-control': 'no-store',
})
