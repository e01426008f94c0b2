/** A person before a browser: opens a page of the API, fills in its form, and goes where the answer leads. */

/** What a page showed. */
export interface ShownPage {
  readonly status: number
  readonly text: string
  /** Where its answer leads; null: nowhere but to what is shown. */
  readonly location: string | null
}

const shown = async (answer: Response): Promise<ShownPage> => ({
  status: answer.status,
  text: await answer.text(),
  location: answer.headers.get('location'),
})

export const openPage = async (url: string): Promise<ShownPage> => shown(await fetch(url, { redirect: 'manual' }))

const entities: Readonly<Record<string, string>> = { 'amp': '&', 'lt': '<', 'gt': '>', 'quot': '"', '#39': "'" }
const unescaped = (text: string): string => text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name]!)
const attribute = (tag: string, name: string): string | null => {
  const found = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)
  return found === null ? null : unescaped(found[1]!)
}

/** What the form of a page would send if nobody touched it, and where to. Throws for a page without one. */
export const formOf = (page: ShownPage, url: string): { readonly action: string; readonly fields: Record<string, string> } => {
  const form = /<form\b([^>]*)>([\s\S]*?)<\/form>/.exec(page.text)
  if (form === null) throw new Error(`no form on the page:\n${page.text}`)
  const fields: Record<string, string> = {}
  for (const [tag] of form[2]!.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(tag, 'name')
    const chosen = attribute(tag, 'type') !== 'radio' || /\bchecked\b/.test(tag)
    if (name !== null && chosen) fields[name] = attribute(tag, 'value') ?? ''
  }
  return { action: new URL(attribute(form[1]!, 'action') ?? url, url).href, fields }
}

/** Sends the form of a page with what the person typed. */
export const sendForm = async (page: ShownPage, url: string, typed: Readonly<Record<string, string>>): Promise<ShownPage> => {
  const { action, fields } = formOf(page, url)
  const answer = await fetch(action, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'origin': new URL(action).origin, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...fields, ...typed }).toString(),
  })
  return shown(answer)
}

/** Opens a page and fills it in; the address with the code to which its answer leads. Throws with what it showed instead. */
export const fillPage = async (url: string, typed: Readonly<Record<string, string>>): Promise<string> => {
  const answer = await sendForm(await openPage(url), url, typed)
  if (answer.location === null) throw new Error(`the page answered ${answer.status}:\n${answer.text}`)
  return answer.location
}

/** As {@link fillPage}, and goes on to the program that waits for the code. */
export const finishPage = async (url: string, typed: Readonly<Record<string, string>>): Promise<void> => {
  const { status } = await openPage(await fillPage(url, typed))
  if (status !== 303) throw new Error(`the waiting program answered ${status}`)
}
