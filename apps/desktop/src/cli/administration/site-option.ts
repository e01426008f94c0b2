import type { Context } from '../context.ts'
import { reference } from '../names/reference.ts'
import { invalid } from '../parameters/invalid.ts'
import { option } from '../parameters/parameter.ts'

export const siteOption = option('site <site>', 'where it is; need not be given where there is one site', reference('site'))

/** Most organizations have one site: then it need not be named. */
export const siteOf = async (chosen: string | undefined, { directory }: Context): Promise<string> => {
  if (chosen !== undefined) return chosen
  const sites = await directory.items('listSites')
  if (sites.length === 1) return sites[0]!.id
  if (sites.length === 0) throw invalid('There is no site yet. Make one with: sallyport admin sites add <name>')
  throw invalid(`Say where it is: --site ${sites.map(({ name }) => name).join(' or --site ')}`)
}
