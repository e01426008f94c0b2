/** HTML that is put together without a way to forget escaping: what is not markup already is text. */

export class Markup {
  readonly #html: string

  /** `html`: trusted. Only {@link html} makes it. */
  constructor(html: string) {
    this.#html = html
  }

  toString(): string {
    return this.#html
  }
}

type Part = Markup | string | number | null | readonly Markup[]

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => entities[character]!)

const textOf = (part: Part): string => {
  if (part === null) return ''
  if (part instanceof Markup) return part.toString()
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part))
  return part.map(String).join('')
}

/** Values stand between tags or in quoted attributes. */
export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
  new Markup(texts.map((text, index) => text + textOf(parts[index] ?? null)).join(''))
