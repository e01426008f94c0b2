/**
 * Bundles the command line tool and the agent into one CommonJS file, which `packaging/make-executable.ts` puts into a copy of
 * Node. Only the keychain's native part stays outside: it is a file of its own beside the executable.
 */
import { join } from 'node:path'
import { defineConfig, type Plugin } from 'vite'

/** The keychain's native part, from beside the executable: a program of one file can require nothing else. */
const keychainBeside = (): Plugin => ({
  name: 'keychain-beside',
  enforce: 'pre',
  resolveId: (id) => (id === '@napi-rs/keyring' ? '\0keychain' : null),
  load: (id) =>
    id === '\0keychain'
      ? `import { createRequire } from 'node:module'
         export const { AsyncEntry } = createRequire(process.execPath)('./keychain.node')`
      : null,
})

export default defineConfig({
  plugins: [keychainBeside()],
  build: {
    ssr: join(import.meta.dirname, 'src/executable/main.ts'),
    outDir: join(import.meta.dirname, 'dist/bundle'),
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: { format: 'cjs', entryFileNames: 'sallyport.cjs', codeSplitting: false },
    },
  },
  ssr: { noExternal: true },
})
