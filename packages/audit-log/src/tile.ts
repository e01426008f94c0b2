/**
 * Tiles and entry bundles by their names: C2SP tlog-tiles. A tile is 256 consecutive hashes of one level, at most; a bundle the
 * entries of one tile of level 0.
 */
import { malformed } from './errors.ts'

/** Hashes of a full tile, and entries of a full bundle. */
export const TILE_WIDTH = 256

/** A tree of as many leaves as a safe integer can count has 7 levels of tiles. */
export const MAX_TILE_LEVEL = 6

export interface TileName {
  /** 0: leaf hashes; `entries`: the entries themselves. */
  readonly level: number | 'entries'
  readonly index: number
  /** 1 to 256; 256: full. */
  readonly width: number
}

/** Three digits to an element, `x` before all but the last: 1234067 is `x001/x234/067`. */
const pathOfIndex = (index: number): string => {
  const elements = [String(index % 1000).padStart(3, '0')]
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    elements.unshift(`x${String(rest % 1000).padStart(3, '0')}`)
  }
  return elements.join('/')
}

/** `tile/0/x001/234.p/17`. */
export const tilePath = ({ level, index, width }: TileName): string =>
  `tile/${level}/${pathOfIndex(index)}${width === TILE_WIDTH ? '' : `.p/${width}`}`

const pattern = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/

/** Throws `malformed` for everything that {@link tilePath} does not make. */
export const parseTilePath = (path: string): TileName => {
  const [, level, elements, width] = pattern.exec(path) ?? []
  if (level === undefined || elements === undefined) throw malformed('This is not the name of a tile.')
  const name: TileName = {
    level: level === 'entries' ? level : Number(level),
    index: Number(elements.replaceAll(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  }
  const tooHigh = name.level !== 'entries' && name.level > MAX_TILE_LEVEL
  const possible = !tooHigh && name.width <= TILE_WIDTH && Number.isSafeInteger(name.index)
  if (!possible || tilePath(name) !== path) throw malformed('This is not the name of a tile.')
  return name
}

/** How many hashes level `level` has in a tree of `size` leaves: those of whole subtrees only. */
export const hashesAt = (level: number, size: number): number => Math.floor(size / TILE_WIDTH ** level)

/** Hashes of one tile in a tree of `size` leaves: 0 when there is no such tile, 256 when it is full. */
export const tileWidth = ({ level, index }: { readonly level: number; readonly index: number }, size: number): number =>
  Math.max(0, Math.min(TILE_WIDTH, hashesAt(level, size) - index * TILE_WIDTH))

/** Every tile of hashes of a tree, level by level from the leaves, from the left. */
export function* tilesOf(size: number): Generator<TileName & { readonly level: number }> {
  for (let level = 0; hashesAt(level, size) > 0; level++) {
    const tiles = Math.ceil(hashesAt(level, size) / TILE_WIDTH)
    for (let index = 0; index < tiles; index++) yield { level, index, width: tileWidth({ level, index }, size) }
  }
}
