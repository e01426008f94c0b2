/** Asks the host, keeps the answer, and asks again when it says that something changed. */
import {
  type QueryKey,
  useMutation,
  type UseMutationResult,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query'
import type { SallyportError } from '@sallyport/protocol/errors'
import type { AppMethodName, AppParams, AppResult } from '../../shared/app-api.ts'
import { useBridge } from '../bridge/bridge.ts'
import { isSessionOver } from './session-over.ts'

export const methodKey = (name: AppMethodName, params?: unknown): QueryKey =>
  params === undefined ? ['method', name] : ['method', name, params]

interface ReadOptions {
  readonly enabled?: boolean
  /** Milliseconds after which it is asked again while the window is seen; for figures that always move. */
  readonly every?: number
}

/** The answer of a method that only reads. Stale rows stay while a newer answer is on its way. */
export const useMethod = <Name extends AppMethodName>(
  name: Name,
  params: AppParams<Name>,
  options: ReadOptions = {},
): UseQueryResult<AppResult<Name>, SallyportError> => {
  const bridge = useBridge()
  const queries = useQueryClient()
  const queryKey = methodKey(name, params)
  return useQuery<AppResult<Name>, SallyportError>({
    queryKey,
    queryFn: () => {
      const shown = queries.getQueryData<AppResult<Name>>(queryKey)
      // Figures that always move rest, as of the end of the session.
      return options.every !== undefined && shown !== undefined && isSessionOver(queries) ? shown : bridge.call(name, params)
    },
    enabled: options.enabled ?? true,
    ...(options.every === undefined ? {} : { refetchInterval: options.every }),
  })
}

/** A method that changes something; `refresh` names what was read before and is now asked again. */
export const useAction = <Name extends AppMethodName>(
  name: Name,
  refresh: readonly AppMethodName[] = [],
): UseMutationResult<AppResult<Name>, SallyportError, AppParams<Name>> => {
  const bridge = useBridge()
  const queries = useQueryClient()
  return useMutation<AppResult<Name>, SallyportError, AppParams<Name>>({
    mutationFn: (params) => bridge.call(name, params),
    onSettled: () => Promise.all(refresh.map((method) => queries.invalidateQueries({ queryKey: methodKey(method) }))),
  })
}
