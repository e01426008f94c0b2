/** Which names fit a few letters, best first. Pure. */

/** Higher fits better; 0 does not fit. Whole beginning, then beginning of a word, then anywhere, then letters in this order. */
export const fit = (name: string, search: string): number => {
  if (search === '') return 1
  const at = name.indexOf(search)
  if (at === 0) return 4
  if (at > 0) return /[^\p{L}\p{N}]/u.test(name[at - 1] ?? '') ? 3 : 2
  return isSubsequence(search, name) ? 1 : 0
}

const isSubsequence = (letters: string, name: string): boolean => {
  let from = 0
  for (const letter of letters) {
    const found = name.indexOf(letter, from)
    if (found < 0) return false
    from = found + 1
  }
  return true
}

/** The items that fit, best first; equal ones keep their order. */
export const ranked = <Item>(items: readonly Item[], search: string, nameOf: (item: Item) => string): Item[] => {
  const wanted = search.trim().toLowerCase()
  if (wanted === '') return [...items]
  return items
    .map((item) => ({ item, score: fit(nameOf(item).toLowerCase(), wanted) }))
    .filter(({ score }) => score > 0)
    .toSorted((one, other) => other.score - one.score)
    .map(({ item }) => item)
}
