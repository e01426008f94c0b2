/** A spinner on stderr while something takes time; nothing at all where stderr is no terminal. */
import type { Style } from './terminal.ts'

/** Milliseconds before it shows: what is quick needs none. */
const PATIENCE = 150
const STEP = 80
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const CLEAR_LINE = '\r\u001b[2K'

export type Progress = <Result>(what: string, work: Promise<Result>) => Promise<Result>

export const progressOn =
  (stream: NodeJS.WriteStream, style: Style): Progress =>
  async (what, work) => {
    if (!stream.isTTY) return work
    let frame = 0
    const draw = (): void => {
      stream.write(`${CLEAR_LINE}${style.paint('cyan', frames[frame++ % frames.length]!)} ${what} …`)
    }
    let timer = setTimeout(() => {
      draw()
      timer = setInterval(draw, STEP)
    }, PATIENCE)
    try {
      return await work
    } finally {
      // One function clears both kinds of timer.
      clearTimeout(timer)
      if (frame > 0) stream.write(CLEAR_LINE)
    }
  }
