import { isAlive } from '@sallyport/postgres'
import { expect, onTestFinished, test } from 'vitest'
import { runProgram } from './run-program.ts'
import type { Program } from './spawn-program.ts'
import { spawnProgram } from './spawn-program.ts'
import { waitFor } from './wait-for.ts'

const spawnScript = async (script: string): Promise<Program> => {
  const program = await spawnProgram({ command: process.execPath, args: ['-e', script], name: 'script' })
  onTestFinished(async () => void (await program.stop()))
  return program
}

const echo = `process.stdin.on('data', (text) => console.log('got ' + text)); console.error('ready')`

test('waits for lines of either output, also such as came before', async () => {
  const program = await spawnScript(echo)
  await program.waitForLine(/^ready$/)
  program.stdin.write('hello\n')
  expect((await program.waitForLine(/^got (.*)$/))[1]).toBe('hello')
  await program.waitForLine(/^ready$/)
})

test('a program that ends first, or is silent too long, is quoted', async () => {
  const short = await spawnScript(`console.log('bad luck'); process.exitCode = 3`)
  await expect(short.waitForLine(/good luck/)).rejects.toThrow(/script ended \(3\)[^]*bad luck/)
  const silent = await spawnScript(echo)
  await silent.waitForLine(/ready/)
  await expect(silent.waitForLine(/never/, { timeoutMs: 20 })).rejects.toThrow(/ran 20 ms[^]*ready/)
})

test('kill -9 is seen as a signal', async () => {
  const program = await spawnScript(echo)
  program.kill('SIGKILL')
  expect(await program.exited).toEqual({ code: null, signal: 'SIGKILL' })
})

test.skipIf(process.platform === 'win32')('stop takes along what the program started', async () => {
  const program = await spawnScript(`const child = require('node:child_process').spawn('sleep', ['60'])
    console.log('child ' + child.pid); setInterval(() => {}, 1000)`)
  const pid = Number((await program.waitForLine(/^child (\d+)$/))[1])
  expect(await isAlive(pid)).toBe(true)
  await program.stop()
  await waitFor(async () => !(await isAlive(pid)), { description: 'the grandchild to end' })
})

test('a program that does not exist is an error', async () => {
  await expect(spawnProgram({ command: '/no/such/program' })).rejects.toMatchObject({ code: 'ENOENT' })
})

test('runProgram hands in input and keeps the outputs and the code', async () => {
  const script = `process.stdin.on('data', (text) => { console.log(String(text)); console.error('warned'); process.exitCode = 4 })`
  const finished = await runProgram({ command: process.execPath, args: ['-e', script], input: 'abc' })
  expect(finished).toEqual({ code: 4, stdout: 'abc\n', stderr: 'warned\n' })
})
