/** Opening of tools, as the CLI does it. */
import { profilePaths } from '../../local/profile.ts'
import { agentThrough } from '../../open-in/agent-access.ts'
import { OpenIn } from '../../open-in/open-in.ts'
import { recipes } from '../../open-in/recipes.ts'
import { thisSystem } from '../../open-in/system/this-system.ts'
import type { Context } from '../context.ts'
import { invalid } from '../parameters/invalid.ts'
import type { Reader } from '../parameters/parameter.ts'

/** The id of a tool; whether it is on this computer is seen later. */
export const toolName: Reader<string> = {
  read: (typed) => {
    if (!/^[a-z0-9-]{1,64}$/.test(typed)) throw invalid(`“${typed}” is no name of a tool: up to 64 of a-z, 0-9 and -.`)
    return typed
  },
  offers: recipes.map(({ id }) => id),
}

export const openInOf = async (context: Context): Promise<OpenIn> => {
  const client = await context.agent()
  await client.call('subscribe', {})
  const agent = agentThrough(
    (method, params) => client.call(method, params as never),
    (onChange) => {
      client.onEvent(() => onChange())
      return () => client.onEvent(() => {})
    },
  )
  return new OpenIn({ system: thisSystem(), agent, paths: profilePaths(context.profile) })
}
