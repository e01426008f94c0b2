const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** `1.4 MiB`. */
export const byteCount = (bytes: number): string => {
  const exponent = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 2 ** (10 * exponent)
  return `${exponent === 0 ? value : value.toFixed(1)} ${units[exponent]}`
}
