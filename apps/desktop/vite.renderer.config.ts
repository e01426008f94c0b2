/**
 * Builds the renderer once, for both of its hosts: the app's main process serves the folder under its own scheme, the agent
 * over loopback. Paths are relative, scripts and styles are files of their own: the content policy allows nothing inline.
 */
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** The fonts of the first words on the screen: asked for with the page, and not when its style sheets have been read. */
const FIRST_FONTS = /(?:inter|jetbrains-mono)-latin-wght-normal[^/]*\.woff2$/

const fontsAtOnce = (): Plugin => ({
  name: 'fonts-at-once',
  transformIndexHtml: {
    order: 'post',
    handler: (_page, { path, bundle = {} }) => {
      const up = path.split('/').length - 2
      const place = up === 0 ? './' : '../'.repeat(up)
      const fonts = Object.keys(bundle).filter((name) => FIRST_FONTS.test(name))
      return fonts.map((name) => ({
        tag: 'link',
        attrs: { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: true, href: `${place}${name}` },
        injectTo: 'head',
      }))
    },
  },
})

export default defineConfig({
  root: join(import.meta.dirname, 'src/renderer'),
  base: './',
  plugins: [react(), fontsAtOnce()],
  build: {
    outDir: join(import.meta.dirname, 'dist/renderer'),
    emptyOutDir: true,
    // Chromium of the Electron in package.json; browsers of the last two years for the loopback page.
    target: 'es2023',
    assetsInlineLimit: 0,
    minify: 'oxc',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2048,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // Zod and what keeps it from evaluating code lie in one file, so that it is told before any schema is made.
            { name: 'schemas', test: /node_modules[\\/]zod[\\/]|renderer[\\/]no-eval/, priority: 1 },
            // The frame and all that it stands on: fifty small files would be asked for one after the other at the start. The
            // page's style sheets with it, which stand before those of its parts.
            { name: 'frame', test: /renderer[\\/](?:app[\\/]|styles)/ },
          ],
        },
      },
    },
  },
})
