/** Entries of the head that a proof leads to (C2SP tlog-proof: the note follows an empty line, its size on the second). */
export const headSizeOf = (proof: string): number | null => {
  const note = proof.slice(proof.indexOf('\n\n') + 2)
  const size = /^[^\n]+\n(\d{1,16})\n/.exec(note)?.[1]
  return size === undefined ? null : Number(size)
}
