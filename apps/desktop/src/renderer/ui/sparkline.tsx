/** The shape of the last minute, for a row. What it says is said in figures beside it. */
interface SparklineProps {
  /** Two lines over the same time; the second is dashed. */
  readonly lines: readonly [readonly number[], readonly number[]]
  readonly width?: number
  readonly height?: number
}

const POINTS = 60

const pathOf = (
  values: readonly number[],
  { top, width, height }: { readonly top: number; readonly width: number; readonly height: number },
): string => {
  const step = width / (POINTS - 1)
  const from = POINTS - values.length
  return values
    .map(
      (value, at) =>
        `${at === 0 ? 'M' : 'L'}${((from + at) * step).toFixed(1)} ${(height - 1 - (value / top) * (height - 2)).toFixed(1)}`,
    )
    .join('')
}

export const Sparkline = ({ lines, width = 72, height = 20 }: SparklineProps) => {
  const top = Math.max(1, ...lines[0], ...lines[1])
  const frame = { top, width, height }
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" data-volatile fill="none">
      <path d={pathOf(lines[0], frame)} stroke="var(--link)" strokeWidth="1.25" />
      <path d={pathOf(lines[1], frame)} stroke="var(--muted)" strokeWidth="1.25" strokeDasharray="2 2" />
    </svg>
  )
}
