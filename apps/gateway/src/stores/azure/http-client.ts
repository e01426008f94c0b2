/** What Azure's client sends through: our own HTTPS, in the form that it asks for. */
import { createHttpHeaders, type PipelineRequest, type PipelineResponse } from '@azure/core-rest-pipeline'
import type { StoreServices } from '../store.ts'

const bytesOf = (body: unknown): Uint8Array | undefined => {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return body
  throw new TypeError('a body that is no bytes')
}

/** @param authority CA certificates (PEM) instead of the system's. */
export const azureHttpClient = ({ send }: StoreServices, signal: AbortSignal, authority: string) => ({
  sendRequest: async (request: PipelineRequest): Promise<PipelineResponse> => {
    const body = bytesOf(request.body)
    const answer = await send({
      method: request.method,
      url: new URL(request.url),
      headers: request.headers.toJSON(),
      ...(body === undefined ? {} : { body }),
      authority,
      signal,
    })
    const bodyAsText = answer.body.toString('utf8')
    answer.body.fill(0)
    return { request, status: answer.status, headers: createHttpHeaders(answer.headers), bodyAsText }
  },
})
