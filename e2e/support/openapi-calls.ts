/** Calls made of the served OpenAPI document alone, so that an endpoint that is added is called without being named anywhere. */
import { randomBytes } from 'node:crypto'
import { type HttpCall, utf8 } from '@sallyport/protocol'
import { z } from 'zod'

interface Schema {
  readonly [keyword: string]: unknown
}

const operation = z.object({
  'operationId': z.string(),
  'security': z.array(z.record(z.string(), z.array(z.string()))),
  'x-permission': z.string().nullable(),
  'x-presence': z.enum(['recent', 'act']).nullable(),
  'x-purposes': z.array(z.string()),
  'parameters': z.array(
    z.object({
      name: z.string(),
      in: z.enum(['path', 'query']),
      required: z.boolean(),
      schema: z.record(z.string(), z.unknown()),
    }),
  ),
  'requestBody': z
    .object({ content: z.object({ 'application/json': z.object({ schema: z.record(z.string(), z.unknown()) }) }) })
    .optional(),
})

export interface Operation extends z.infer<typeof operation> {
  readonly method: string
  readonly path: string
  /** By its security: two signatures of a client (with keys that the body brings for a sign-in), a gateway's, a service account's alone, or none. */
  readonly caller: 'client' | 'gateway' | 'service' | 'nobody'
}

const methods = new Set(['get', 'post', 'put', 'patch', 'delete'])

const callerOf = (security: z.infer<typeof operation>['security']): Operation['caller'] => {
  const names = security.flatMap((requirement) => Object.keys(requirement))
  if (names.includes('gateway')) return 'gateway'
  if (names.includes('device') && names.includes('session')) return 'client'
  return names.includes('service') ? 'service' : 'nobody'
}

export const operationsOf = (document: unknown): Operation[] => {
  const { paths } = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) }).parse(document)
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => methods.has(method))
      .map(([method, value]) => {
        const parsed = operation.parse(value)
        return { ...parsed, path, method: method.toUpperCase(), caller: callerOf(parsed.security) }
      }),
  )
}

/** Values by the name of a parameter or field: `user`, `roles` for an array of `role`. */
export type Values = Readonly<Record<string, unknown>>

export interface Filled {
  readonly method: string
  readonly path: string
  readonly body: Uint8Array
  /** Whether a person must be there. */
  readonly presence?: 'recent' | 'act' | null
  /** Ids that the call names and cannot do without. */
  readonly references: readonly string[]
  /** Ids by which it only narrows what it is answered. */
  readonly filters: readonly string[]
}

class Filler {
  readonly references: string[] = []
  readonly #values: Values

  constructor(values: Values) {
    this.#values = values
  }

  fill(schema: Schema, name: string): unknown {
    if (Object.hasOwn(this.#values, name)) return this.#noted(name, this.#values[name])
    const choices = (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined
    if (choices) return this.fill(choices.find(({ type }) => type !== 'null') ?? choices[0]!, name)
    if ('const' in schema) return schema['const']
    if (Array.isArray(schema['enum'])) return schema['enum'][0]
    switch (schema['type']) {
      case 'object':
        return this.#object(schema)
      case 'array':
        return this.#array(schema, name)
      case 'integer':
      case 'number':
        return Number(schema['minimum'] ?? Number(schema['exclusiveMinimum'] ?? 0) + 1)
      case 'boolean':
        return false
      case 'string':
        return this.#text(schema, name)
      default:
        throw new Error(`no value for ${name}: ${JSON.stringify(schema)}`)
    }
  }

  #noted(name: string, value: unknown): unknown {
    if (typeof value === 'string') this.references.push(name)
    return value
  }

  #object(schema: Schema): unknown {
    const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>
    return Object.fromEntries(Object.entries(properties).map(([key, property]) => [key, this.fill(property, key)]))
  }

  #array(schema: Schema, name: string): unknown {
    const singular = name.replace(/s$/, '')
    if (!Object.hasOwn(this.#values, singular) && Number(schema['minItems'] ?? 0) === 0) return []
    return [this.fill(schema['items'] as Schema, singular)]
  }

  #text(schema: Schema, name: string): string {
    if (schema['format'] === 'uuid') throw new Error(`which id is ${name}?`)
    const random = randomBytes(6).toString('hex')
    if (schema['format'] === 'email') return `${random}@some.example`
    if (schema['format'] === 'uri') return `https://${random}.example`
    if (schema['format'] === 'date-time') return new Date(Date.now() + 3_600_000).toISOString()
    const least = Number(schema['minLength'] ?? 0)
    return `x${random}`.padEnd(least, 'x').slice(0, Math.max(least, Number(schema['maxLength'] ?? 40)))
  }
}

/** Fills in every parameter and field. Throws for an id of which `values` says nothing: then it must. */
export const fill = (made: Operation, values: Values): Filled => {
  const needed = new Filler(values)
  const narrowing = new Filler(values)
  const query: string[] = []
  let { path } = made
  for (const { name, in: place, required, schema } of made.parameters) {
    if (place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(String(needed.fill(schema, name))))
    else if (required) query.push(`${name}=${encodeURIComponent(String(needed.fill(schema, name)))}`)
    else if (schema['format'] === 'uuid') query.push(`${name}=${encodeURIComponent(String(narrowing.fill(schema, name)))}`)
  }
  const schema = made.requestBody?.content['application/json'].schema
  const body = schema ? utf8(JSON.stringify(needed.fill(schema, 'body'))) : new Uint8Array()
  return {
    method: made.method,
    path: query.length > 0 ? `${path}?${query.join('&')}` : path,
    body,
    presence: made['x-presence'],
    references: needed.references,
    filters: narrowing.references,
  }
}

/** The request, not signed. */
export const unsignedCall = (origin: string, filled: Filled): HttpCall => ({
  method: filled.method,
  targetUri: `${origin}${filled.path}`,
  fields: filled.body.length > 0 ? { 'content-type': 'application/json' } : {},
  body: filled.body,
})
