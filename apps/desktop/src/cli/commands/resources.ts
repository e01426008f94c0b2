import type { LocalCredential } from '../../shared/local-api.ts'
import { defineCommand } from '../command.ts'
import { grantedCredentials } from '../credentials/granted.ts'
import { table } from '../views/table.ts'

const byResource = (items: readonly LocalCredential[]) => {
  const resources = new Map<string, { resource: LocalCredential['granted']['resource']; credentials: string[] }>()
  for (const { granted } of items) {
    const known = resources.get(granted.resource.id)
    if (known) known.credentials.push(granted.name)
    else resources.set(granted.resource.id, { resource: granted.resource, credentials: [granted.name] })
  }
  return [...resources.values()].map(({ resource, credentials }) => ({ ...resource, credentials }))
}

export const resourcesCommand = defineCommand({
  words: 'resources',
  summary: 'Lists the databases and servers that you can reach',
  details: 'All that there are, for who administers them: sallyport admin resources list.',
  parameters: {},
  run: async (context) =>
    table(byResource(await grantedCredentials(context)), {
      columns: [
        { heading: 'NAME', value: (row) => row.name },
        { heading: 'PROTOCOL', value: (row) => row.protocol },
        { heading: 'CREDENTIALS', value: (row) => row.credentials.map((name) => name.split('/').at(-1)).join(', ') },
        { heading: 'TAGS', value: (row) => row.tags.join(', ') || null },
        { heading: 'DESCRIPTION', value: (row) => row.description || null, flexible: true },
      ],
      empty: 'You can reach nothing yet. Ask an administrator for access; it shows here at once.',
    }),
})
