/** One page with every picture, all views of a story side by side, so that looking at all of them is a matter of minutes. */
export interface SheetRow {
  readonly name: string
  /** Of pictures beside the page. */
  readonly files: readonly string[]
}

export const contactSheet = (rows: readonly SheetRow[]): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Screens</title>
<style>
body { margin: 16px; font: 14px system-ui; background: #8a8d93 }
h2 { margin: 24px 0 8px; font-size: 14px }
div { display: grid; grid-template-columns: repeat(4, 1fr); gap: 8px; align-items: start }
img { width: 100% }
</style>
${rows.map(({ name, files }) => `<h2>${name}</h2><div>${files.map((file) => `<a href="${file}"><img src="${file}" loading="lazy" alt="${file}"></a>`).join('')}</div>`).join('\n')}
</html>
`
