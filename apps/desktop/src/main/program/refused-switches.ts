/** Switches that would open a release up to other programs of this user. A release that was started with one does not start. */
const REFUSED = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-allow-origins',
  'no-sandbox',
  'disable-web-security',
  'inspect',
  'inspect-brk',
  'js-flags',
  'load-extension',
] as const

/** The first of them that is set; null: none. */
export const refusedSwitch = (isSet: (name: string) => boolean): string | null => REFUSED.find((name) => isSet(name)) ?? null
