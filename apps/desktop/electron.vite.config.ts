/**
 * Builds main, preload and renderer into `dist/`. What runs in the app needs no `node_modules` there: everything but Electron
 * itself is bundled, the workspace's own packages among it. A sandboxed preload is CommonJS.
 */
import { join } from 'node:path'
import { defineConfig } from 'electron-vite'
import renderer from './vite.renderer.config.ts'

const source = (path: string): string => join(import.meta.dirname, 'src', path)
const output = (path: string): string => join(import.meta.dirname, 'dist', path)

export default defineConfig({
  main: {
    build: {
      outDir: output('main'),
      emptyOutDir: true,
      externalizeDeps: false,
      lib: { entry: source('main/main.ts'), formats: ['es'], fileName: () => 'main.js' },
      rolldownOptions: { external: ['electron'] },
      reportCompressedSize: false,
    },
  },
  preload: {
    build: {
      outDir: output('preload'),
      emptyOutDir: true,
      externalizeDeps: false,
      lib: { entry: source('preload/preload.ts'), formats: ['cjs'], fileName: () => 'preload.cjs' },
      rolldownOptions: { external: ['electron'] },
      reportCompressedSize: false,
    },
  },
  renderer,
})
