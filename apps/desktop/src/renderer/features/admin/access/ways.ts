/** Every way from a person to a resource: by a role, or by access for a time. Pure. */
import { type Credential, fullName, type Grant, type Resource, type Role, type User } from '../data/names.ts'

export interface Way {
  readonly id: string
  readonly user: { readonly id: string; readonly name: string }
  readonly through: { readonly kind: 'role' | 'grant'; readonly id: string; readonly name: string }
  readonly credential: { readonly id: string; readonly name: string }
  readonly resource: { readonly id: string; readonly name: string }
  /** null: without an end. */
  readonly until: string | null
}

/** What is needed of each thing. */
export interface Directory {
  readonly users: readonly Pick<User, 'id' | 'firstName' | 'lastName' | 'status'>[]
  readonly roles: readonly Pick<Role, 'id' | 'name' | 'users' | 'credentials'>[]
  readonly credentials: readonly Pick<Credential, 'id' | 'name' | 'resource'>[]
  readonly resources: readonly Pick<Resource, 'id' | 'name'>[]
  readonly grants: readonly Pick<Grant, 'id' | 'user' | 'credential' | 'status' | 'expiresAt'>[]
}

/** Longer lists are cut: nobody reads them, and the browser's memory is not for them. */
export const MOST_WAYS = 100_000

/** In the order of names: by person, then resource. @param grantName what access for a time is called. */
export const waysOf = ({ users, roles, credentials, resources, grants }: Directory, grantName: string): readonly Way[] => {
  const people = new Map(users.filter(({ status }) => status !== 'disabled').map((user) => [user.id, user]))
  const byId = new Map(credentials.map((credential) => [credential.id, credential]))
  const resourceNames = new Map(resources.map(({ id, name }) => [id, name]))
  const ways: Way[] = []
  const add = (user: string, credential: string, part: Pick<Way, 'through' | 'until'>): void => {
    const [person, target] = [people.get(user), byId.get(credential)]
    if (!person || !target || ways.length >= MOST_WAYS) return
    ways.push({
      id: `${part.through.id} ${user} ${credential}`,
      user: { id: user, name: fullName(person) },
      credential: { id: credential, name: target.name },
      resource: { id: target.resource, name: resourceNames.get(target.resource) ?? '' },
      ...part,
    })
  }
  for (const role of roles)
    for (const user of role.users)
      for (const credential of role.credentials)
        add(user, credential, { through: { kind: 'role', id: role.id, name: role.name }, until: null })
  for (const grant of grants)
    if (grant.status === 'active')
      add(grant.user, grant.credential, {
        through: { kind: 'grant', id: grant.id, name: grantName },
        until: grant.expiresAt,
      })
  return ways.toSorted(
    (one, other) =>
      one.user.name.localeCompare(other.user.name) ||
      one.resource.name.localeCompare(other.resource.name) ||
      one.credential.name.localeCompare(other.credential.name),
  )
}

export type Column = 'user' | 'through' | 'credential' | 'resource'
export const graphColumns = ['user', 'through', 'credential', 'resource'] as const satisfies readonly Column[]

export interface GraphNode {
  readonly key: string
  readonly column: Column
  readonly id: string
  readonly name: string
}

export interface GraphEdge {
  readonly from: string
  readonly to: string
}

export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

const keyOf = (column: Column, id: string): string => `${column} ${id}`

/** What the picture shows: each thing once, in its column, by name. */
export const graphOf = (ways: readonly Way[]): Graph => {
  const nodes = new Map<string, GraphNode>()
  const edges = new Map<string, GraphEdge>()
  for (const way of ways) {
    const keys = graphColumns.map((column) => {
      const key = keyOf(column, way[column].id)
      const name = column === 'credential' ? `${way.resource.name} · ${way.credential.name}` : way[column].name
      nodes.set(key, { key, column, id: way[column].id, name })
      return key
    })
    for (const [at, from] of keys.slice(0, -1).entries()) edges.set(`${from} ${keys[at + 1]}`, { from, to: keys[at + 1]! })
  }
  return { nodes: [...nodes.values()].toSorted((one, other) => one.name.localeCompare(other.name)), edges: [...edges.values()] }
}

/** What a search looks in. */
export const textOfWay = ({ user, through, credential, resource }: Way): string =>
  [user.name, through.name, credential.name, resource.name].join(' ')

/** The ways in which every word of a search occurs. */
export const waysWith = (ways: readonly Way[], typed: string): readonly Way[] => {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  return ways.filter((way) => words.every((word) => textOfWay(way).toLowerCase().includes(word)))
}

/** The ways that lead over a thing. */
export const waysOver = (ways: readonly Way[], { column, id }: Pick<GraphNode, 'column' | 'id'>): readonly Way[] =>
  ways.filter((way) => way[column].id === id)
