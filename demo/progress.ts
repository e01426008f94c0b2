/** One line for each step, with its time; on a terminal it shows the step that is under way. */
import { styleText } from 'node:util'

const isTerminal = process.stdout.isTTY

const paint = (style: 'green' | 'red' | 'dim' | 'bold', text: string): string =>
  isTerminal ? styleText(style, text, { stream: process.stdout }) : text

export const say = (text = ''): void => void process.stdout.write(`${text}\n`)
export const heading = (text: string): void => say(`\n${paint('bold', text)}`)

/** Runs a step and prints its line. What the step returns as `note` stands behind the line. */
export const step = async <Result>(
  label: string,
  run: () => Promise<Result>,
  note?: (result: Result) => string,
): Promise<Result> => {
  const started = performance.now()
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`
  const ticker = isTerminal
    ? setInterval(() => process.stdout.write(`\r  … ${label} ${paint('dim', seconds())}`), 200)
    : undefined
  const finish = (mark: string, rest: string): void => {
    clearInterval(ticker)
    process.stdout.write(isTerminal ? '\r\u001b[2K' : '')
    say(`  ${mark} ${label}${rest}`)
  }
  try {
    const result = await run()
    const text = note?.(result)
    finish(paint('green', '✓'), `${text ? `: ${text}` : ''} ${paint('dim', `(${seconds()})`)}`)
    return result
  } catch (error) {
    finish(paint('red', '✗'), ` ${paint('dim', `(${seconds()})`)}`)
    throw error
  }
}

/** Rows as psql would print them, roughly. */
export const table = (rows: readonly Readonly<Record<string, unknown>>[]): void => {
  const names = Object.keys(rows[0] ?? {})
  const cells = [names, ...rows.map((row) => names.map((name) => String(row[name])))]
  const widths = names.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)))
  for (const line of cells) say(`      ${line.map((cell, column) => cell.padEnd(widths[column]!)).join('   ')}`)
}
