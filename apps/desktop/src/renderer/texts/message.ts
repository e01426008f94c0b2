/** What a text of the catalogue needs to be said: names of its arguments, read from its ICU MessageFormat by the compiler. */

/** What follows a `{`: `name}`, or `count, plural, one {…}`. */
type NameOf<Rest extends string> = Rest extends `${infer Name}}${string}`
  ? Name extends `${infer First},${string}`
    ? First
    : Name
  : never

/** Branches of a plural or select begin with `{`, too: what is no plain word is none of the arguments. */
type Word<Name extends string> = Name extends `${string}${' ' | '#' | '<' | '.' | "'"}${string}` ? never : Name

type Names<Text extends string> = Text extends `${string}{${infer Rest}`
  ? Word<NameOf<Rest>> | (Rest extends `${string}{${string}` ? Names<Rest> : never)
  : never

export type Value = string | number

/** No argument at all, or exactly those the text names. */
export type Arguments<Text extends string> = [Names<Text>] extends [never]
  ? []
  : [values: { readonly [Name in Exclude<Names<Text>, ''>]: Value }]
