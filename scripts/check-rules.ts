/**
 * House rules that the linter cannot express. Each is a pattern over the source with its reason; the few places that may break
 * one are named here and nowhere else.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

interface Rule {
  readonly name: string
  readonly reason: string
  readonly files: RegExp
  readonly pattern: RegExp
  /** Files that may contain it, each because of what it does. */
  readonly allowed: Readonly<Record<string, string>>
  /** A test may contain it under a comment `<name>: why` on the line before or on the same line. */
  readonly testsMayJustify: boolean
}

const TEST_FILE = /\.test\.ts$|^e2e\/|^packages\/testkit\//
/** Plants violations of every rule to show that it bites. */
const PLANTED_VIOLATIONS = 'scripts/lint.test.ts'
const COMMENT_LINE = /^\s*(\/\/|\/?\*|#)/

export const RULES: readonly Rule[] = [
  {
    name: 'tls-verification',
    reason: 'certificate checks are never switched off; the pinned upstream alone replaces them, by its own',
    files: /\.(ts|tsx|mjs|cjs|js|json|sh|yml|yaml)$|Dockerfile|^\.ci\//,
    pattern: /\brejectUnauthorized\b(?!['"\]]*\s*:\s*true\b)|NODE_TLS_REJECT_UNAUTHORIZED|sslmode=no-verify/,
    allowed: {
      'apps/gateway/src/upstream/pinned-tls.ts': 'compares the certificate with the pin itself',
      'scripts/check-rules.ts': 'names the rule',
    },
    testsMayJustify: true,
  },
  {
    name: 'tls-identity',
    reason: 'whom a certificate must name is decided in two places: a SPIFFE id between our programs, the pin upstream',
    files: /\.(ts|tsx|mjs|cjs|js)$/,
    pattern: /\bcheckServerIdentity\b/,
    allowed: {
      'packages/transport/src/tls/secure-duplex.ts':
        'expects a SPIFFE id where Node expects a host name; the chain stays verified',
      'apps/gateway/src/upstream/pinned-tls.ts': 'compares the certificate with the pin itself',
      'scripts/check-rules.ts': 'names the rule',
    },
    testsMayJustify: true,
  },
  {
    name: 'decorator',
    reason: 'Node strips types only: a decorator passes the compiler and fails at run time',
    files: /\.tsx?$/,
    pattern: /^\s*@[A-Za-z_]\w*/,
    allowed: {},
    testsMayJustify: false,
  },
  {
    name: 'import-extension',
    reason: 'Node runs the sources as they are: what the compiler finds under "./x.js" or "./x" is not there at run time',
    files: /\.tsx?$/,
    pattern: /\b(?:from|import)\s*\(?\s*'\.{1,2}\/(?![^']*\.(?:ts|tsx|mjs|cjs|json|css)')/,
    allowed: {},
    testsMayJustify: false,
  },
  {
    name: 'pure-clock',
    reason: 'packages/protocol reads no clock: the time is handed in',
    files: /^packages\/protocol\/src\/(?!.*\.test\.ts$)/,
    pattern: /\bnew Date\(\s*\)|\bDate\.now\b/,
    allowed: {},
    testsMayJustify: false,
  },
  {
    name: 'registry-host',
    reason: 'no file names the host of a package registry, so that any mirror serves',
    files: /./,
    pattern: new RegExp(['registry', 'npmjs', 'org'].join('\\.') + '|' + ['registry', 'yarnpkg', 'com'].join('\\.'), 'i'),
    allowed: {},
    testsMayJustify: false,
  },
]

export interface Violation {
  readonly rule: string
  readonly file: string
  readonly line: number
  readonly text: string
}

/** Finds what breaks the rules in one file. `file` is its path from the root, with forward slashes. */
export function checkFile(file: string, content: string): Violation[] {
  const lines = content.split('\n')
  const rules = file === PLANTED_VIOLATIONS ? [] : RULES
  return rules
    .filter((rule) => rule.files.test(file) && rule.allowed[file] === undefined)
    .flatMap((rule) =>
      lines.flatMap((text, index) => {
        if (COMMENT_LINE.test(text) || !rule.pattern.test(text)) return []
        const justification = `${rule.name}: `
        const justified = [text, lines[index - 1] ?? ''].some((line) => line.includes(`// ${justification}`))
        if (rule.testsMayJustify && TEST_FILE.test(file) && justified) return []
        return [{ rule: rule.name, file, line: index + 1, text: text.trim() }]
      }),
    )
}

/** Every file that git tracks or would track. */
function sourceFiles(root: string): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  return listed.split('\0').filter((file) => file !== '')
}

function readIfText(path: string): string {
  try {
    const content = readFileSync(path)
    return content.includes(0) ? '' : content.toString('utf8')
  } catch (error) {
    // Deleted or a folder (a submodule, a socket): nothing to read.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR')) return ''
    throw error
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const files = sourceFiles(root)
  const violations = files.flatMap((file) => checkFile(file, readIfText(join(root, file))))
  for (const { rule, file, line, text } of violations) {
    console.error(`${file}:${line}: ${rule}: ${RULES.find((each) => each.name === rule)?.reason}\n    ${text}`)
  }
  console.log(`${files.length} files, ${RULES.length} rules, ${violations.length} violations`)
  process.exitCode = violations.length === 0 ? 0 : 1
}
