/**
 * What the app says about errors beyond the texts of the protocol's own table: a fact with a name first, then the cause and what
 * happens now. Most errors need none of these.
 */
export const errors = {
  agentGone: '<b>The background agent stopped.</b> Your tools lost their connections; addresses come back when it runs.',
  startAgent: 'Start it',
  apiUnreachable:
    '<b>Cannot reach {address}.</b> {connections, plural, =0 {New connections cannot start until it is back.} one {Your # open connection keeps working while its lease lasts; new ones cannot start.} other {Your # open connections keep working while their leases last; new ones cannot start.}}',
  keychainLocked:
    '<b>Your keychain is locked.</b> The key of this device is in it; without it nothing can be signed. Open connections go on.',
  keychainMissing: '<b>No keychain is running on this desktop.</b> Sallyport does not keep a key in a plain file by itself.',
  keychainMissingHelp: 'Start GNOME Keyring or KWallet, then try again.',
  sessionEnds: '<b>Your sign-in ends in {time}.</b> Connections close with it.',
  noHost: 'This page was opened without its key.',
  noHostHelp: 'Run “sallyport ui” in a terminal: it opens this page with a key that is good for one time.',
  screenFailed: 'This page could not be shown.',
  screenFailedHelp: 'Connections go on. Open the page again, or another one.',
} as const
