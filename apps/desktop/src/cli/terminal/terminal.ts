/** What the CLI knows of where its output goes. */
import { styleText } from 'node:util'

export type Color = Parameters<typeof styleText>[0]

/** How an answer for people is drawn. */
export interface Style {
  paint(color: Color, text: string): string
  /** Columns of the terminal; null where lines may be as long as they are. */
  readonly width: number | null
}

interface StyleOptions {
  readonly stream: NodeJS.WriteStream
  readonly environment: NodeJS.ProcessEnv
  /** False: --no-color. */
  readonly colors: boolean
}

/** Colours only on a terminal, never with NO_COLOR (no-color.org) or on one that is dumb. */
export const styleOf = ({ stream, environment, colors }: StyleOptions): Style => {
  const terminal = stream.isTTY
  const colored = terminal && colors && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb'
  return {
    paint: (color, text) => (colored ? styleText(color, text, { validateStream: false }) : text),
    width: terminal && stream.columns > 0 ? stream.columns : null,
  }
}
