/** Starts a tool that goes on when we end. */
import { spawn } from 'node:child_process'
import type { Command } from '../recipe.ts'
import type { System } from '../system/system.ts'
import { toolEnvironment } from './environment.ts'

export interface Running {
  readonly pid: number
  /** The exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

export type Launch = (command: Command, system: System) => Promise<Running>

/** Rejects when the program cannot be started. Never through a shell. */
export const launch: Launch = ({ program, args }, system) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      shell: false,
      detached: true,
      stdio: 'ignore',
      cwd: system.home,
      env: toolEnvironment(system.environment),
    })
    const ended = new Promise<number | NodeJS.Signals>((done) => {
      child.once('exit', (code, signal) => done(code ?? signal ?? 0))
    })
    child.once('error', reject)
    child.once('spawn', () => {
      child.unref()
      resolve({ pid: child.pid!, ended })
    })
  })
