/**
 * The built renderer, read once. A page is answered from this list and from nowhere else, so that no path, however it is
 * written, leads out of the folder.
 */
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'

const MAX_FILES = 2_000
const MAX_BYTES = 64 * 1024 * 1024

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

export interface Asset {
  readonly body: Buffer
  readonly type: string
}

export interface Assets {
  /** By the path of a URL, `/assets/index.js`; `/` is the page. */
  find(pathname: string): Asset | null
}

/** Throws when the folder has no page, or more than a renderer has. Files of unknown kind are left out. */
export const readAssets = async (folder: string): Promise<Assets> => {
  const files = new Map<string, Asset>()
  let bytes = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[extname(entry.name)]
    if (!entry.isFile() || type === undefined) continue
    const path = join(entry.parentPath, entry.name)
    const body = await readFile(path)
    bytes += body.length
    if (files.size >= MAX_FILES || bytes > MAX_BYTES) throw new Error(`${folder} holds more than a renderer`)
    files.set(`/${relative(folder, path).split(sep).join('/')}`, { body, type })
  }
  const page = files.get('/index.html')
  if (page === undefined) throw new Error(`${folder} holds no index.html`)
  return { find: (pathname) => (pathname === '/' ? page : (files.get(pathname) ?? null)) }
}
