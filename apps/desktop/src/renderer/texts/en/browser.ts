/** While a page waits in the system browser. */
export const browser = {
  openAgain: 'Open again',
  copyLink: 'Copy link',
  link: 'the link',
  useCode: 'Use a code',
  code: 'Code',
  codeHint: 'The one that the page shows at the end. Give it to nobody else.',
  codeText: 'Open this page in any browser, also on another computer. When you are done there, it shows a code.',
  next: 'Continue',
} as const
