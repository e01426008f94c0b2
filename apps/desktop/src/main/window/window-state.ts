/** Where the window was: kept between starts, and put back only where a screen still is. */
import { z } from 'zod'

export const MINIMUM_SIZE = { width: 960, height: 600 } as const
const USUAL_SIZE = { width: 1240, height: 760 } as const
/** Pixels of the window's upper edge that must lie on a screen, so that it can be moved. */
const GRIP = { width: 120, height: 32 } as const

const length = z.int().min(1).max(100_000)
const coordinate = z.int().min(-100_000).max(100_000)

export const windowState = z.strictObject({
  position: z.strictObject({ x: coordinate, y: coordinate }).nullable(),
  size: z.strictObject({ width: length, height: length }),
  maximized: z.boolean(),
})
export type WindowState = z.infer<typeof windowState>

export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export const usualState: WindowState = { position: null, size: USUAL_SIZE, maximized: false }

type Span = readonly [from: number, to: number]

const overlap = (one: Span, other: Span): number => Math.min(one[1], other[1]) - Math.max(one[0], other[0])

/** Whether enough of the window's upper edge lies on the screen. */
const canBeMoved = ({ x, y, width }: Rectangle, screen: Rectangle): boolean =>
  overlap([x, x + width], [screen.x, screen.x + screen.width]) >= GRIP.width &&
  overlap([y, y + GRIP.height], [screen.y, screen.y + screen.height]) >= GRIP.height

/** What of a kept state holds on the screens of today. */
export const fitToScreens = (state: WindowState, screens: readonly Rectangle[]): WindowState => {
  const widest = Math.max(...screens.map(({ width }) => width), MINIMUM_SIZE.width)
  const highest = Math.max(...screens.map(({ height }) => height), MINIMUM_SIZE.height)
  const size = {
    width: Math.min(Math.max(state.size.width, MINIMUM_SIZE.width), widest),
    height: Math.min(Math.max(state.size.height, MINIMUM_SIZE.height), highest),
  }
  const { position } = state
  const reachable = position !== null && screens.some((screen) => canBeMoved({ ...position, ...size }, screen))
  return { position: reachable ? position : null, size, maximized: state.maximized }
}
