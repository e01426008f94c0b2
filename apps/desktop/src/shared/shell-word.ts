/** One word of a POSIX shell. */
export const shellWord = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

/** To PowerShell curly quotation marks are quotation marks, too. */
export const powerShellText = (text: string): string => `'${text.replaceAll(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`

/** One word of the shell that people of the platform have: POSIX, or PowerShell. */
export const wordFor = (platform: string): ((text: string) => string) => (platform === 'win32' ? powerShellText : shellWord)
