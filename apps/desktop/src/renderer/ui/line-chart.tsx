/**
 * Two amounts over time, solid and dashed. It is a picture with a sentence for those who do not see it; the same figures are in a
 * table on demand. Drawn when figures come, which is at most once a second, and not while the window is hidden.
 */
import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import styles from './line-chart.module.css'

interface LineChartProps {
  /** The sentence: "In 1.2 MB per second, out 40 kB per second". */
  readonly label: string
  /** Seconds since 1970, and the two amounts at each. */
  readonly data: readonly [times: readonly number[], first: readonly number[], second: readonly number[]]
  readonly names: readonly [first: string, second: string]
  readonly format: (value: number) => string
}

const HEIGHT = 140
const AXIS_WIDTH = 64

export const LineChart = ({ label, data, names, format }: LineChartProps) => {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot | null>(null)
  const [first, second] = names
  useEffect(() => {
    const element = place.current
    if (!element) return
    const color = (name: string): string => getComputedStyle(element).getPropertyValue(name)
    const axis = {
      stroke: color('--muted'),
      font: `11px ${color('--font')}`,
      ticks: { show: false },
      grid: { stroke: color('--line'), width: 1 },
    }
    const made = new UPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: { y: { range: (_plot, _least, most) => [0, Math.max(most * 1.1, 1000)] } },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 28,
            values: (_plot, splits) =>
              splits.map((at) =>
                new Date(at * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' }),
              ),
            space: 80,
          },
          { ...axis, size: AXIS_WIDTH, space: 36, values: (_plot, splits) => splits.map(format) },
        ],
        series: [
          {},
          { label: first, stroke: color('--link'), width: 1.5, points: { show: false } },
          { label: second, stroke: color('--muted'), width: 1.5, dash: [4, 3], points: { show: false } },
        ],
      },
      [[], [], []],
      element,
    )
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [first, second, format])
  useEffect(() => {
    if (!document.hidden) plot.current?.setData([[...data[0]], [...data[1]], [...data[2]]])
  }, [data])
  return (
    <figure className={styles['figure']}>
      <div ref={place} role="img" aria-label={label} data-volatile />
      <figcaption className={styles['legend']} aria-hidden="true">
        <span className={styles['solid']}>{first}</span>
        <span className={styles['dashed']}>{second}</span>
      </figcaption>
    </figure>
  )
}
