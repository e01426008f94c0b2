import { errorTable, isErrorCode } from '@sallyport/protocol'
import { type Route, routes } from '@sallyport/protocol/api'
import { describe, expect, it } from 'vitest'
import { errorsOf, type JsonValue, openApiDocument } from './openapi.ts'

type JsonObject = Record<string, JsonValue>
const document = openApiDocument('https://api.example.test', '1.2.3')
const paths = document['paths'] as Record<string, Record<string, JsonObject>>
const table = Object.entries(routes as Readonly<Record<string, Route>>)

const references = (value: JsonValue): string[] => {
  if (Array.isArray(value)) return value.flatMap(references)
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, item]) => (key === '$ref' && typeof item === 'string' ? [item] : references(item)))
}

describe('the OpenAPI document', () => {
  it('has exactly the routes that are served', () => {
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(
        ([method, operation]) => `${method.toUpperCase()} ${path} ${operation['operationId'] as string}`,
      ),
    )
    expect(described.toSorted()).toEqual(table.map(([name, { method, path }]) => `${method} ${path} ${name}`).toSorted())
  })

  it.each(table)('describes %s: who may call, what it takes, how it may be refused', (name, route) => {
    const operation = paths[route.path]![route.method.toLowerCase()]!
    expect(operation['x-permission']).toBe(route.permission)
    expect(operation['security']).toHaveLength(
      (route.authentication === 'public' ? 0 : 1) + (route.purposes === undefined ? 0 : 1),
    )
    expect(operation['x-purposes']).toEqual([...(route.purposes ?? [])])
    expect('requestBody' in operation).toBe(route.body !== undefined)
    const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
    const parameters = (operation['parameters'] as JsonObject[]).filter((parameter) => parameter['in'] === 'path')
    expect(parameters.map((parameter) => parameter['name'])).toEqual(inPath)
    const statuses = new Set(errorsOf(route).map((code) => String(errorTable[code].status)))
    expect(Object.keys(operation['responses'] as JsonObject).toSorted(), name).toEqual(['200', ...statuses].toSorted())
  })

  it('refers only to what it holds', () => {
    const { schemas } = document['components'] as { schemas: JsonObject }
    for (const reference of references(document)) {
      expect(reference).toMatch(/^#\/components\/schemas\//)
      expect(schemas).toHaveProperty([reference.replace('#/components/schemas/', '')])
    }
  })

  it('names every security scheme that it asks for', () => {
    const { securitySchemes } = document['components'] as { securitySchemes: JsonObject }
    const used = Object.values(paths)
      .flatMap((operations) => Object.values(operations))
      .flatMap((operation) => operation['security'] as JsonObject[])
      .flatMap((requirement) => Object.keys(requirement))
    expect(Object.keys(securitySchemes)).toEqual(expect.arrayContaining([...new Set(used)]))
  })

  it('answers errors with codes of the one table only', () => {
    for (const [, route] of table) expect(errorsOf(route).every(isErrorCode)).toBe(true)
  })
})
