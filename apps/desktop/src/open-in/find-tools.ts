/** The tools on this computer. Looked for once in a while: that takes seconds on some systems. */
import type { Choices, Recipe, Tool } from './recipe.ts'
import { recipes } from './recipes.ts'
import type { ToolSettings } from './settings/tool-settings.ts'
import type { System } from './system/system.ts'
import { customRecipe } from './tools/custom.ts'

/** Milliseconds. */
const KEPT = 10 * 60_000

export interface FoundRecipe {
  readonly recipe: Recipe
  readonly tool: Tool
}

const detect = async (system: System, recipe: Recipe, choices: Choices): Promise<FoundRecipe | null> => {
  const tool = await recipe.detect(system, choices)
  return tool === null ? null : { recipe, tool }
}

const find = async (system: System, { terminal, programs, custom }: ToolSettings): Promise<readonly FoundRecipe[]> => {
  const known = new Set(recipes.map(({ id }) => id))
  const all = [...recipes, ...custom.filter(({ id }) => !known.has(id)).map(customRecipe)]
  const found = await Promise.all(all.map((recipe) => detect(system, recipe, { terminal, program: programs[recipe.id] ?? null })))
  return found.filter((one) => one !== null)
}

export class FoundTools {
  readonly #system: System
  #found: { readonly tools: Promise<readonly FoundRecipe[]>; readonly settings: string; readonly at: number } | null = null

  constructor(system: System) {
    this.#system = system
  }

  /** @param again looks afresh, whatever was found before. */
  list(settings: ToolSettings, again = false): Promise<readonly FoundRecipe[]> {
    const { terminal, programs, custom } = settings
    const asked = JSON.stringify([terminal, programs, custom])
    const known = this.#found
    if (!again && known !== null && known.settings === asked && performance.now() - known.at < KEPT) return known.tools
    const tools = find(this.#system, settings)
    this.#found = { tools, settings: asked, at: performance.now() }
    // What failed is not kept.
    tools.catch(() => (this.#found = null))
    return tools
  }
}
