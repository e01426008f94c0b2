/** What a recipe is: one for each tool. It finds the tool and says as data how to start it; others do both. */
import type { FoundTool } from '../shared/tools.ts'
import type { Expectation } from './proof/match.ts'
import type { System } from './system/system.ts'
import type { Protocol, Target } from './target.ts'

export interface Command {
  readonly program: string
  /** Each is one word of the program: no shell ever reads them. */
  readonly args: readonly string[]
}

/** Written into a private folder before the start, and removed when the access ends. It holds no secret. */
export interface PlannedFile {
  /** Below the folder: `shop/.idea/dataSources.xml`. */
  readonly name: string
  readonly text: string
  readonly executable?: true
}

export interface Plan {
  readonly files: readonly PlannedFile[]
  /** Runs before the start, when the files are there. Throws the coded reason why the tool cannot be prepared. */
  readonly before?: () => Promise<void>
  readonly start: Command
  /** Whose connection proves that it worked. */
  readonly expected: Expectation
}

/** A tool that was found on this computer. */
export interface Tool {
  readonly outcome: FoundTool['outcome']
  /** What it asks once, at its first use. */
  readonly firstUse: string | null
  /** What is left to the person where it does not connect by itself. */
  readonly next?: (target: Target) => string
  /** Milliseconds until its connection should have arrived. */
  readonly patience: number
  /** @param folder where the files of the plan will lie. Throws `invalid_request` for what the tool cannot be told. */
  readonly plan: (target: Target, folder: string) => Plan
}

/** What the person chose. */
export interface Choices {
  /** The tool's program, where it is not found by itself or another one is wanted. */
  readonly program: string | null
  /** `id` of a terminal. */
  readonly terminal: string | null
}

export interface Recipe {
  readonly id: string
  readonly label: string
  readonly kind: FoundTool['kind']
  readonly protocols: readonly Protocol[]
  /** null where the tool is not on this computer. */
  readonly detect: (system: System, choices: Choices) => Promise<Tool | null>
}

/** Tools start at once, or with a virtual machine first. */
export const PATIENCE = { terminal: 10_000, application: 45_000 } as const
