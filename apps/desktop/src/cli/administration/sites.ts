import type { ResponseOf, RouteOf } from '@sallyport/protocol/api'
import { referenceArgument } from '../names/reference.ts'
import { argument } from '../parameters/parameter.ts'
import { text } from '../parameters/readers.ts'
import { done, listCommand, routeCommand } from '../route-command.ts'
import { fields } from '../views/fields.ts'

const site = referenceArgument('site')
const siteFields = (answer: ResponseOf<RouteOf<'getSite'>>) =>
  fields(answer, [
    ['Name', answer.name],
    ['Id', answer.id],
  ])

export const siteCommands = [
  listCommand({
    words: 'admin sites list',
    route: 'listSites',
    columns: () => [
      { heading: 'NAME', value: (row) => row.name },
      { heading: 'ID', value: (row) => row.id },
    ],
    empty: 'There are no sites. Make one with: sallyport admin sites add <name>',
  }),
  routeCommand({
    words: 'admin sites show',
    route: 'getSite',
    parameters: { site },
    input: (values) => ({ parameters: values }),
    answer: siteFields,
  }),
  routeCommand({
    words: 'admin sites add',
    route: 'createSite',
    parameters: { name: argument('name', 'its name', text) },
    input: (body) => ({ body }),
    answer: siteFields,
  }),
  routeCommand({
    words: 'admin sites rename',
    route: 'changeSite',
    parameters: { site, name: argument('name', 'its new name', text) },
    input: ({ site: id, name }) => ({ parameters: { site: id }, body: { name } }),
    answer: siteFields,
  }),
  routeCommand({
    words: 'admin sites delete',
    route: 'deleteSite',
    parameters: { site },
    confirm: () => 'Delete this site?',
    input: (values) => ({ parameters: values }),
    answer: () => done('The site is deleted.'),
  }),
]
