/** Which names fit a few letters, best first. Pure. */

/** Higher fits better; 0 does not fit. Whole beginning, then beginning of a word, then anywhere, then letters in this order. */
const fit = (name: string, search: string): number => {
  if (search === '') return 1
  const at = name.indexOf(search)
  if (at === 0) return 4
  if (at > 0) return /[^\p{L}\p{N}]/u.test(name[at - 1] ?? '') ? 3 : 2
  return isSubsequence(search, name) ? 1 : 0
}

const isSubsequence = (letters: string, name: string): boolean => {
  let from = 0
  for (let at = 0; at < letters.length; at += 1) {
    const found = name.indexOf(letters[at]!, from)
    if (found < 0) return false
    from = found + 1
  }
  return true
}

export interface Named {
  readonly label: string
}

/** Lower-case names, made once for each item: every key looks at all of them. */
const names = new WeakMap<Named, string>()
const nameOf = (item: Named): string => {
  const known = names.get(item)
  if (known !== undefined) return known
  const made = item.label.toLowerCase()
  names.set(item, made)
  return made
}

/** The items that fit, best first; equal ones keep their order. */
export const ranked = <Item extends Named>(items: readonly Item[], search: string): Item[] => {
  const wanted = search.trim().toLowerCase()
  if (wanted === '') return [...items]
  const fitting: { readonly item: Item; readonly score: number }[] = []
  for (const item of items) {
    const score = fit(nameOf(item), wanted)
    if (score > 0) fitting.push({ item, score })
  }
  return fitting.toSorted((one, other) => other.score - one.score).map(({ item }) => item)
}
