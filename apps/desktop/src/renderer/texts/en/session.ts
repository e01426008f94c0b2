/** When a session ended that the person did not end. */
export const session = {
  ended: '<b>You were signed out at {time}.</b> Connections are closed.',
  expired: '<b>Your sign-in ended at {time}.</b> Its time was over; connections are closed.',
  revoked:
    '<b>Your sign-in was ended at {time}.</b> An administrator did it, or you on another computer. Connections are closed.',
  copied:
    '<b>We ended your session: its key was used from another computer, seen at {time}.</b> All connections are closed on both.',
  notApproved:
    '<b>Since {time} this computer waits for approval.</b> An administrator was told. Sign in again when it is approved.',
  deviceRevoked: '<b>The key of this computer was revoked at {time}.</b> It can be enrolled again under a new one.',
  fingerprintChanged:
    '<b>This computer is not the one that its key belongs to, seen at {time}.</b> Too much of it has changed. It can be enrolled again under a new key.',
  userDisabled: '<b>Your account was disabled at {time}.</b> Connections are closed. An administrator can enable it again.',
  shownAsOf: 'What you see is as of {time}.',
  notMe: 'It was not me',
  notMeText:
    'Then somebody has a copy of this computer’s key. Give this computer a new one, ask an administrator to revoke the old one, and change your password.',
  newKey: 'Enrol with a new key',
  copyReport: 'Copy what happened',
  whatHappened: 'what happened',
  report:
    'The key of my computer was used from another one, and it was not me. Organization: {organization}. Computer: {device} ({id}). Seen: {time}. Code: {code}.',
} as const
