export const alerts = {
  title: 'Alerts',
  list: 'What looked wrong',
  views: 'Which alerts',
  open: 'Open',
  acknowledged: 'Seen',
  columnWhat: 'What',
  columnMessage: 'What happened',
  columnPerson: 'Person',
  columnDevice: 'Device',
  columnTime: 'When',
  columnSeen: 'Seen by',
  emptyOpen: 'Nothing needs a look',
  emptyOpenText: 'When something is not as it should be, such as a copied device or records that are missing, it appears here.',
  emptySeen: 'Nobody has marked an alert as seen',
  emptySeenText:
    'Alerts that somebody looked at are kept here, with who it was; so are those that were over by themselves. What goes on stays with the open ones.',
  happened: 'What happened',
  advice: 'What to do',
  about: 'What it is about',
  factTime: 'When',
  factPerson: 'Person',
  factDevice: 'Device',
  factSeen: 'Seen',
  factOver: 'Over since',
  over: 'Over',
  goesOn: 'Seen, and goes on',
  seenText: 'by {name}, {time}',
  nobody: 'Unknown',
  acknowledge: 'Mark as seen',
  done: 'Marked as seen',
  showReviews: 'Show reviews',
  showDevice: 'Show the device',
  ofDevice: 'Alerts about it',
  ofDeviceNone: 'None.',
  drifts: 'Changes of the machine',
  driftsNone: 'It has been the same machine since it was enrolled.',
  driftText: 'Changed: {parts}',
  deviceLog: 'Show all that was noted of it',
  deviceLabel: 'Alert',
  deviceCloned: 'Copied device',
  deviceClonedAdvice:
    'Two copies of one device’s keys were in use. All its sessions have ended. Ask the person whether they restored a backup or moved to another computer; if they did not, revoke the device and have them enrol anew.',
  deviceMismatch: 'Stolen session key',
  deviceMismatchAdvice:
    'A session’s key was used without the key of its device, which happens by nothing that people do. The session has ended. Look at what it did, and revoke the device unless you know the cause.',
  fingerprintChanged: 'Key on another machine',
  fingerprintChangedAdvice:
    'The device’s key turned up on a machine that is not the one enrolled. It waits for approval. Approve it only when the person confirms that the hardware was replaced.',
  activityGap: 'Missing records',
  activityGapAdvice:
    'A gateway’s records of activity do not continue where they ended. Look at that gateway’s disk and its log; what was lost cannot be brought back.',
  deviceReplaced: 'Replaced device',
  deviceReplacedAdvice: 'A person enrolled a computer in place of another one. Ask them whether it was they who did.',
  recoveryCodeUsed: 'Recovery code used',
  recoveryCodeUsedAdvice:
    'Somebody let a computer in with a printed code. Ask the person whether it was they, and have them print new codes.',
  signInThrottled: 'Wrong passwords',
  signInThrottledAdvice:
    'Signing in failed so often that it is slowed down. Usually somebody forgot their password; many accounts at once are an attack.',
  emergencyAccess: 'Emergency access',
  emergencyAccessAdvice: 'Access was opened without approval. Somebody else reviews afterwards what was done with it.',
  reviewOverdue: 'Review overdue',
  reviewOverdueAdvice: 'Nobody has looked at an emergency access in time. Everybody who may change requests can review it now.',
  rotationFailed: 'Password not changed',
  rotationFailedAdvice:
    'A password could not be replaced by a new one on its resource. Connections go on with the one that is stored. Look at the message, test the way there, and try again from the credential.',
  credentialRefused: 'Stored password refused',
  credentialRefusedAdvice:
    'Somebody changed the password on the resource itself, past Sallyport. Nobody can connect with this credential until its secret is replaced in the catalogue.',
  certificateEnding: 'Certificate ends soon',
  certificateEndingAdvice: 'Replace the secret of the credential with a new certificate before its last day.',
  temporaryUserLeft: 'Temporary account left behind',
  temporaryUserLeftAdvice:
    'An account that was made for one connection could not be removed from the resource. It is tried again; if it stays, remove it there by hand.',
  keyUnopened: 'Key that nobody opened',
  keyUnopenedAdvice:
    'A key of the vault could not be opened with the root key in use. Look at the key service before the key is needed.',
  sinkFailing: 'Log not delivered',
  sinkFailingAdvice:
    'Entries of the log do not reach a system that they are sent to. Nothing is lost here; look at that system and its address.',
  kmsFailing: 'Key service fails',
  kmsFailingAdvice:
    'Nobody can open a new connection while the vault cannot use its key service; those that are open go on until their leases end. The operator’s guide says what each code asks for. This alert ends by itself when unlocking works again.',
  vaultFailing: 'Vault fails',
  vaultFailingAdvice:
    'Nobody can open a new connection while the vault does not answer; those that are open go on until their leases end. The operator looks at the vault’s program and its log. This alert ends by itself.',
  logFailing: 'Log fails',
  logFailingAdvice:
    'Nobody can open a new connection while nothing can be written to the log; those that are open go on until their leases end. The operator looks at the log’s program and its database. This alert ends by itself.',
  databaseFull: 'Disk of the database full',
  databaseFullAdvice:
    'Nothing can be changed, unlocked or recorded until the operator makes room on the disk of the API’s database. What was accepted is kept; gateways hold what they recorded. This alert ends by itself, and what waits goes on.',
  secretExposed: 'Exposed secret',
  secretExposedAdvice:
    'A gateway in the hands of others has seen what is in use still, and nothing rotates it. Have another one issued and replace the secret; the menu of the gateway names what it opened. This alert ends by itself when all of it is replaced.',
  supportAccess: 'Support access is open',
  supportAccessAdvice:
    'Somebody from outside may look at the organization, because one of you opened it to them. End it under People when it is no longer needed; the log has each answer that they got. This alert ends with the access.',
  showSupport: 'Show the support access',
  newDevice: 'New device',
  newDeviceAdvice: 'Expected when a person gets a computer. If nobody expects it, revoke the device and reset the password.',
} as const
