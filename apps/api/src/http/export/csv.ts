/** Comma-separated values (RFC 4180) that a spreadsheet shows and never runs. */

/**
 * A cell that begins like a formula is one to spreadsheets, whatever quotes are around it: an apostrophe before it makes it text.
 * Tabs and line ends before the sign are skipped by some.
 */
const formula = /^\s*[=+\-@]/

const cell = (value: string | number | null): string => {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = formula.test(value) ? `'${value}` : value
  return /[",\r\n\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** One record with its line end. */
export const csvRecord = (values: readonly (string | number | null)[]): string => `${values.map(cell).join(',')}\r\n`
