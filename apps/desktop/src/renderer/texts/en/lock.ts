/** The locked app. */
export const lock = {
  title: 'Sallyport is locked',
  text: 'Connections and addresses go on. To see them, confirm in your browser that it is you.',
  waiting: 'Your browser opened. Confirm there that it is you; the app unlocks by itself.',
  unlock: 'Unlock with the browser',
  now: 'Lock',
} as const
