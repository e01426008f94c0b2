export const presence = {
  title: 'Confirm that it is you',
  text: 'Your browser opened. Confirm there what you are about to do; it goes on here by itself.',
} as const
