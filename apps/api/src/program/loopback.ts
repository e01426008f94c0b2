/** Whether a host names this computer to itself, as text: nothing is looked up. */
import { isIPv4 } from 'node:net'

/** `host` as in an address or a URL, with or without brackets. */
export const isLoopback = (host: string): boolean =>
  (isIPv4(host) && host.startsWith('127.')) || host === '::1' || host === '[::1]' || host === 'localhost'
