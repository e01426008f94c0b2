/** Builds the page that draws stories, beside the renderer and by the same rules. It is never shipped; whoever builds it says where to. */
import { join } from 'node:path'
import { defineConfig, mergeConfig } from 'vite'
import renderer from './vite.renderer.config.ts'

export default mergeConfig(
  renderer,
  defineConfig({
    build: {
      minify: false,
      rolldownOptions: { input: join(import.meta.dirname, 'src/renderer/stories/index.html') },
    },
  }),
)
