/** How far it is: at most a hundred times for each thing that is gone through, however large. */

/** What is gone through. */
export type Stage = 'entries' | 'batches compared with recordings'
export type Progress = (stage: Stage, done: number, of: number) => void

const MOST = 100
/** Of less nothing is said: it takes no time. */
const LEAST_STEP = 1000

const number = (value: number): string => value.toLocaleString('en-US')

/** Says so every hundredth of the way. */
export const stepwise =
  (progress: Progress): Progress =>
  (stage, done, of) => {
    const step = Math.max(LEAST_STEP, Math.ceil(of / MOST))
    if (done % step === 0) progress(stage, done, of)
  }

export interface ProgressOutput {
  /** One line that changes, on a terminal; else a line each. */
  readonly isTerminal: boolean
  readonly write: (text: string) => void
}

export const showProgress = ({ isTerminal, write }: ProgressOutput): { readonly show: Progress; readonly end: () => void } => ({
  show: (stage, done, of) => {
    const text = `${Math.floor((100 * done) / of)} %: ${number(done)} of ${number(of)} ${stage}`
    write(isTerminal ? `\r\u001b[K${text}` : `${text}\n`)
  },
  end: () => {
    if (isTerminal) write('\r\u001b[K')
  },
})
