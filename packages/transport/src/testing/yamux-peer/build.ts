/** Builds the Go program beside this file: the original yamux as a peer. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runProgram, skipReason } from '@sallyport/testkit'

/** Where Debian's golang-github-hashicorp-yamux-dev puts its sources. */
const GO_SOURCES = '/usr/share/gocode'

/** Why the peer cannot be built here; null if it can. */
export function yamuxPeerSkipReason(): string | null {
  const noGo = skipReason({ programs: ['go'] })
  if (noGo !== null) return noGo
  const sources = join(GO_SOURCES, 'src/github.com/hashicorp/yamux')
  return existsSync(sources) ? null : 'needs golang-github-hashicorp-yamux-dev'
}

/** Returns the path of the program, built into this folder. */
export async function buildYamuxPeer(folder: string): Promise<string> {
  const program = join(folder, 'yamux-peer')
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: GO_SOURCES, GOCACHE: join(folder, 'cache'), GOFLAGS: '' }
  const args = ['build', '-o', program, join(import.meta.dirname, 'main.go')]
  const built = await runProgram({ command: 'go', args, env, timeoutMs: 120_000 })
  if (built.code !== 0) throw new Error(`the Go peer does not build: ${built.stderr}`)
  return program
}
