import { type Route, routes } from '@sallyport/protocol/api'
import { describe, expect, it } from 'vitest'
import type { Handlers } from './handler.ts'
import { handlers } from './handlers/index.ts'
import { routeTable } from './route-table.ts'

const only = (name: keyof typeof routes, change: object): Readonly<Record<string, Route>> => ({
  [name]: { ...routes[name], ...change } as unknown as Route,
})

describe('the table of routes', () => {
  it('puts calls of gateways on the listener that asks for certificates, and all others on the public one', () => {
    const table = routeTable(handlers)
    expect(table.gateway.every(({ route }) => route.authentication === 'gateway')).toBe(true)
    expect(table.public.some(({ route }) => route.authentication === 'gateway')).toBe(false)
    expect(table.public.length + table.gateway.length).toBe(Object.keys(routes).length)
  })

  it('does not exist when a route declares no authentication, or one that nobody checks', () => {
    expect(() => routeTable(handlers, only('getMe', { authentication: undefined }))).toThrow('getMe declares no authentication')
    expect(() => routeTable(handlers, only('getMe', { authentication: 'witness' }))).toThrow('is not served: witness')
  })

  it('does not exist when a permission is asked of nobody', () => {
    const open = only('listUsers', { authentication: 'public' })
    expect(() => routeTable(handlers, open)).toThrow('listUsers has a permission but no user')
  })

  it('does not exist when service accounts could call what is about oneself, or what asks for a person', () => {
    const message = 'is open to service accounts'
    expect(() => routeTable(handlers, only('getMe', { purposes: ['api'] }))).toThrow(message)
    expect(() => routeTable(handlers, only('changeResource', { purposes: ['api'] }))).toThrow(message)
  })

  it('does not exist when a handler is missing', () => {
    const { getMe: _, ...rest } = handlers
    expect(() => routeTable(rest as Handlers)).toThrow('getMe has no handler')
  })
})
