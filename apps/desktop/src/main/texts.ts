/** What the app says outside its page: menus, the tray, notifications and questions. */
const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`

export const texts = {
  name: 'Sallyport',
  open: 'Open Sallyport',
  quit: 'Quit Sallyport…',
  settings: 'Settings…',
  lock: 'Lock Sallyport',
  keyboardShortcuts: 'Keyboard Shortcuts',
  menus: { file: 'File', edit: 'Edit', view: 'View', go: 'Go', window: 'Window', help: 'Help' },
  places: {
    '/resources': 'Resources',
    '/connections': 'Connections',
    '/requests': 'Requests',
    '/approvals': 'Approvals',
    '/activity': 'Activity',
  },
  diagnosis: 'Diagnosis',
  tray: {
    locked: 'Locked; connections go on',
    noAgent: 'The background agent is not running',
    signedOut: 'Signed out',
    notEnrolled: 'This computer is not set up yet',
    unreachable: (organization: string) => `${organization}: the API cannot be reached`,
    signedIn: (organization: string, connections: number) =>
      `${organization}: ${connections === 0 ? 'no open connection' : count(connections, 'open connection', 'open connections')}`,
    copyAddress: (credential: string, address: string) => `${credential}: copy ${address}`,
    turnOn: (credential: string, address: string) => `${credential}: turn on and copy ${address}`,
    connection: (program: string, credential: string) => `${program} uses ${credential}`,
    moreConnections: (number: number) => `${number} more…`,
    waiting: (number: number) => `${count(number, 'request waits', 'requests wait')} for you…`,
  },
  closing: {
    message: 'Keep Sallyport in the tray?',
    detail: (connections: number) =>
      connections === 0
        ? 'Your addresses stay ready for your tools.'
        : `Your ${count(connections, 'connection stays', 'connections stay')} open.`,
    keep: 'Keep',
    quit: 'Quit',
  },
  quitting: {
    message: 'Quit Sallyport?',
    detail: (connections: number) =>
      `Your ${count(connections, 'connection stays', 'connections stay')} open, and addresses stay ready. ` +
      `Ending them stops the background agent; open transactions are rolled back.`,
    quit: 'Quit',
    endToo: (connections: number) => `Quit and End ${count(connections, 'Connection', 'Connections')}`,
    cancel: 'Cancel',
  },
  crashed: {
    message: 'The window crashed.',
    detail: 'Connections go on.',
    reload: 'Reload',
    save: 'Save Report…',
    quit: 'Quit',
  },
  unresponsive: { message: 'The window does not answer.', detail: 'Connections go on.', reload: 'Reload', wait: 'Wait' },
  refusedSwitch: (name: string) => `Sallyport does not start with --${name}: it would take away what protects this computer.`,
  notice: {
    asks: (who: string, what: string, howLong: string) => `${who} asks for ${what}, ${howLong}`,
    reviews: (who: string, what: string) => `${who} used emergency access to ${what}`,
    open: 'Open Sallyport to read why and to decide.',
    /** What became of what the person asked for. */
    own: {
      approved: {
        title: (what: string, howLong: string) => `Approved: ${what}, ${howLong}`,
        body: 'It has begun: your tools find it at its address.',
      },
      approvedLater: {
        title: (what: string, howLong: string) => `Approved: ${what}, ${howLong}`,
        body: 'It begins at the time that was approved.',
      },
      begins: {
        title: (what: string, howLong: string) => `Your access to ${what} begins, ${howLong}`,
        body: 'Your tools find it at its address.',
      },
      refused: { title: (what: string) => `Refused: ${what}`, body: 'Open Sallyport to read why.' },
      undecided: { title: (what: string) => `Nobody decided in time: ${what}`, body: 'Open Sallyport to ask again.' },
      cancelled: { title: (what: string) => `Cancelled: ${what}`, body: 'Open Sallyport to read why.' },
      endsSoon: {
        title: (what: string, howLong: string) => `Your access to ${what} ends in ${howLong}`,
        body: 'Open Sallyport to ask for more time.',
      },
      ended: {
        title: (what: string) => `Your access to ${what} has ended`,
        body: 'Its connections are closed. Open Sallyport to ask again.',
      },
    },
  },
} as const
