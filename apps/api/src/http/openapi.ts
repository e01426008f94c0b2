/** The OpenAPI 3.1 description, made of the same routes that are served. */
import { type ErrorCode, errorTable } from '@sallyport/protocol'
import { type Authentication, DEFAULT_MAX_BODY, errorAnswer, type Route, routes } from '@sallyport/protocol/api'
import { z } from 'zod'

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue }
type JsonObject = Record<string, JsonValue>

/** What calls of each kind may be refused with before their handler is reached. */
const authenticationErrors: Readonly<Record<Authentication, readonly ErrorCode[]>> = {
  'public': [],
  'sign-in': ['signature_missing', 'signature_invalid', 'signature_expired', 'replayed'],
  'two-signature': [
    'signature_missing',
    'signature_invalid',
    'signature_expired',
    'replayed',
    'session_unknown',
    'session_expired',
    'session_revoked',
    'device_mismatch',
    'device_revoked',
    'device_not_approved',
    'device_state_stale',
    'fingerprint_changed',
    'user_disabled',
  ],
  'gateway': [
    'signature_missing',
    'signature_invalid',
    'signature_expired',
    'replayed',
    'certificate_invalid',
    'certificate_expired',
    'certificate_revoked',
    'identity_mismatch',
    'gateway_unknown',
  ],
  'service': [
    'signature_missing',
    'signature_invalid',
    'signature_expired',
    'replayed',
    'service_account_unknown',
    'service_account_ended',
  ],
  'witness': ['signature_missing', 'signature_invalid', 'signature_expired', 'replayed'],
}

/** What a service account's call may be refused with besides, where it is taken. */
const purposeErrors: readonly ErrorCode[] = [
  ...authenticationErrors.service,
  'service_token_invalid',
  'service_token_expired',
  'wrong_purpose',
  'vault_unavailable',
]

const securitySchemes: JsonObject = {
  device: {
    type: 'http',
    scheme: 'signature',
    description: 'RFC 9421 signature labelled "device" by the key of the installation.',
  },
  session: {
    type: 'http',
    scheme: 'signature',
    description: 'RFC 9421 signature labelled "session" by the key of the sign-in; covers the signature of the device, too.',
  },
  gateway: {
    type: 'http',
    scheme: 'signature',
    description: 'RFC 9421 signature labelled "gateway" by the key of the client certificate.',
  },
  gatewayCertificate: { type: 'mutualTLS', description: 'The certificate that the gateway was issued.' },
  service: {
    type: 'http',
    scheme: 'signature',
    description:
      'RFC 9421 signature labelled "service" by the key of a service account; covers `authorization`, too, if there is one.',
  },
  serviceToken: {
    type: 'http',
    scheme: 'Sallyport',
    description: 'JWT of a service account for a purpose that the operation names (`x-purposes`); good only with its key.',
  },
  witness: { type: 'http', scheme: 'signature', description: 'Signature of a witness of the log.' },
}

const security: Readonly<Record<Authentication, readonly JsonValue[]>> = {
  'public': [],
  'sign-in': [{ device: [], session: [] }],
  'two-signature': [{ device: [], session: [] }],
  'gateway': [{ gateway: [], gatewayCertificate: [] }],
  'service': [{ service: [] }],
  'witness': [{ witness: [] }],
}

const securityOf = ({ authentication, purposes }: Route): JsonValue[] => [
  ...security[authentication],
  ...(purposes === undefined ? [] : [{ service: [], serviceToken: [] }]),
]

/** Every code that a call of this route may be answered with. */
export const errorsOf = (route: Route): readonly ErrorCode[] => {
  const takesInput = route.parameters ?? route.query ?? route.body
  const codes: readonly ErrorCode[] = [
    ...route.errors,
    ...authenticationErrors[route.authentication],
    ...(route.purposes === undefined ? [] : purposeErrors),
    ...(route.permission === null ? [] : (['forbidden'] as const)),
    ...(route.presence === undefined ? [] : (['presence_required'] as const)),
    ...(takesInput ? (['invalid_request'] as const) : []),
    ...(route.body ? (['payload_too_large'] as const) : []),
    'rate_limited',
    'database_unavailable',
    'database_full',
    'internal',
  ]
  return [...new Set(codes)].toSorted()
}

/** Moves the definitions that a schema brought with it to the components, so that its references hold in the document. */
const collectSchemas = () => {
  const schemas: JsonObject = {}
  const rewrite = (value: JsonValue, prefix: string): JsonValue => {
    if (Array.isArray(value)) return value.map((item) => rewrite(item, prefix))
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        if (key === '$ref' && typeof item === 'string') return [key, item.replace('#/$defs/', `#/components/schemas/${prefix}`)]
        return [key, rewrite(item, prefix)]
      }),
    )
  }
  const describe = (name: string, schema: z.ZodType, io: 'input' | 'output'): JsonObject => {
    const { $schema: _, $defs, ...rest } = z.toJSONSchema(schema, { io }) as JsonObject
    const prefix = `${name}.`
    for (const [key, definition] of Object.entries(($defs ?? {}) as JsonObject)) {
      schemas[`${prefix}${key}`] = rewrite(definition, prefix)
    }
    return rewrite(rest, prefix) as JsonObject
  }
  return { schemas, describe }
}

type Describe = ReturnType<typeof collectSchemas>['describe']

const parametersOf = (name: string, route: Route, describe: Describe): JsonValue[] => {
  const part = (schema: z.ZodType | undefined, place: 'path' | 'query'): JsonValue[] => {
    if (!schema) return []
    const { properties = {}, required = [] } = describe(`${name}.${place}`, schema, 'input')
    const names = Array.isArray(required) ? required : []
    return Object.entries(properties as JsonObject).map(([parameter, description]) => ({
      name: parameter,
      in: place,
      required: place === 'path' || names.includes(parameter),
      schema: description,
    }))
  }
  return [...part(route.parameters, 'path'), ...part(route.query, 'query')]
}

const failuresOf = (route: Route): JsonObject => {
  const byStatus = Map.groupBy(errorsOf(route), (code) => String(errorTable[code].status))
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${errorTable[code].text}`).join('\n\n'),
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    ]),
  )
}

const operationOf = (name: string, route: Route, describe: Describe): JsonObject => ({
  'operationId': name,
  'summary': route.summary,
  'security': securityOf(route),
  'x-permission': route.permission,
  'x-presence': route.presence ?? null,
  'x-purposes': [...(route.purposes ?? [])],
  'x-audit': route.audit,
  'x-max-body': route.maxBody ?? DEFAULT_MAX_BODY,
  'parameters': parametersOf(name, route, describe),
  ...(route.body
    ? {
        requestBody: {
          required: true,
          content: { 'application/json': { schema: describe(`${name}.body`, route.body, 'input') } },
        },
      }
    : {}),
  'responses': {
    '200': {
      description: 'Done.',
      content: { 'application/json': { schema: describe(`${name}.answer`, route.response, 'output') } },
    },
    ...failuresOf(route),
  },
})

/** `origin`: where the API is. */
export const openApiDocument = (origin: string, version: string): JsonObject => {
  const { schemas, describe } = collectSchemas()
  const paths: Record<string, JsonObject> = {}
  for (const [name, route] of Object.entries(routes as Readonly<Record<string, Route>>)) {
    const operations = (paths[route.path] ??= {})
    operations[route.method.toLowerCase()] = operationOf(name, route, describe)
  }
  const error = describe('Error', errorAnswer, 'output')
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sallyport API',
      version,
      description: 'Reach databases and servers without holding their passwords.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: origin }],
    paths,
    components: { securitySchemes, schemas: { ...schemas, Error: error } },
  }
}
