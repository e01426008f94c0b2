/** Questions to the person at the terminal. Answers to hidden ones are not shown, not even as stars. */
import { openSync } from 'node:fs'
import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import { ReadStream } from 'node:tty'
import { SallyportError } from '@sallyport/protocol'
import { Interrupted } from '../interrupted.ts'

export interface Prompter {
  /** Whether somebody can be asked. */
  readonly available: boolean
  /** Throws `invalid_request` where nobody can be asked: `instead` says what to give instead. */
  ask(question: string, options: { readonly hidden?: boolean; readonly instead: string }): Promise<string>
  /** Standard input was read as data: questions go to the terminal behind it, if there is one. */
  standardInputTaken(): void
  close(): void
}

export const createPrompter = (input: NodeJS.ReadStream, output: NodeJS.WriteStream): Prompter =>
  new TerminalPrompter(input, output)

class TerminalPrompter implements Prompter {
  readonly #input: NodeJS.ReadStream
  readonly #output: NodeJS.WriteStream
  #taken = false
  #opened: ReadStream | null = null
  #lines: LineQueue | null = null
  #hidden = false

  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream) {
    this.#input = input
    this.#output = output
  }

  get available(): boolean {
    return this.#terminal() !== null
  }

  standardInputTaken(): void {
    this.#taken = true
  }

  async ask(
    question: string,
    { hidden = false, instead }: { readonly hidden?: boolean; readonly instead: string },
  ): Promise<string> {
    const terminal = this.#terminal()
    if (!terminal) throw new SallyportError('invalid_request', { message: `There is no terminal to ask on. ${instead}` })
    this.#lines ??= new LineQueue(this.#interfaceOn(terminal))
    this.#hidden = false
    this.#output.write(question)
    this.#hidden = hidden
    try {
      return await this.#lines.next()
    } finally {
      this.#hidden = false
      if (hidden) this.#output.write('\n')
    }
  }

  close(): void {
    this.#lines?.close()
    this.#opened?.destroy()
  }

  #terminal(): ReadStream | NodeJS.ReadStream | null {
    if (!this.#output.isTTY) return null
    if (this.#input.isTTY && !this.#taken) return this.#input
    if (this.#taken) this.#opened ??= controllingTerminal()
    return this.#opened
  }

  #interfaceOn(terminal: NodeJS.ReadableStream): Interface {
    // The line editor of Node echoes through this; what must not be seen is not passed on.
    const echo = new Writable({
      write: (chunk, _, done) => {
        if (!this.#hidden) this.#output.write(chunk as Uint8Array)
        done()
      },
    })
    return createInterface({ input: terminal, output: echo, terminal: true, historySize: 0, prompt: '' })
  }
}

/** Keeps lines that were typed before they were asked for. */
class LineQueue {
  readonly #interface: Interface
  readonly #lines: string[] = []
  #waiting: { resolve(line: string): void; reject(error: Error): void } | null = null
  #interrupted = false

  constructor(lineEditor: Interface) {
    this.#interface = lineEditor
    lineEditor.on('line', (line) => {
      if (this.#waiting) this.#waiting.resolve(line)
      else this.#lines.push(line)
      this.#waiting = null
    })
    const interrupt = (): void => {
      this.#interrupted = true
      this.#waiting?.reject(new Interrupted())
      this.#waiting = null
    }
    // Ctrl-C, and Ctrl-D or a terminal that was closed.
    lineEditor.on('SIGINT', interrupt)
    lineEditor.on('close', interrupt)
  }

  next(): Promise<string> {
    return new Promise((resolve, reject) => {
      const line = this.#lines.shift()
      if (line !== undefined) resolve(line)
      else if (this.#interrupted) reject(new Interrupted())
      else this.#waiting = { resolve, reject }
    })
  }

  close(): void {
    this.#waiting = null
    this.#interface.close()
  }
}

const controllingTerminal = (): ReadStream | null => {
  try {
    return new ReadStream(openSync(process.platform === 'win32' ? '\\\\.\\CONIN$' : '/dev/tty', 'r'))
  } catch {
    return null
  }
}
