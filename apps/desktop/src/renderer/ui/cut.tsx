/** Text of a cell: cut where there is no room, and whole in the tooltip. */
import type { ReactNode } from 'react'

type Tone = 'muted' | 'mono' | 'numbers'

export const cut = (content: string, ...tones: readonly Tone[]): ReactNode => (
  <span className={['truncate', ...tones].join(' ')} title={content}>
    {content}
  </span>
)
