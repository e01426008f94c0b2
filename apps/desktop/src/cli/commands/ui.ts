import { openInSystemBrowser } from '../../host/system-browser.ts'
import { defineCommand } from '../command.ts'
import { flag } from '../parameters/parameter.ts'

/** Whether a browser could show itself. */
const hasScreen = ({ platform, env }: NodeJS.Process): boolean =>
  platform !== 'linux' || Boolean(env['DISPLAY'] ?? env['WAYLAND_DISPLAY'])

export const uiCommand = defineCommand({
  words: 'ui',
  summary: 'Opens the app in a browser, served by the agent on this computer',
  details:
    'The address holds a token that lets one page in, within five minutes: keep it to yourself. ' +
    'A page that was closed or loaded anew needs a new address.',
  parameters: {
    print: flag('print', 'prints the address and opens nothing'),
  },
  examples: ['sallyport ui', 'sallyport ui --print'],
  run: async (context, { print }) => {
    const { url } = await (await context.agent()).call('serveUi', {})
    const opens = !print && !context.options.json && hasScreen(process)
    const opened =
      opens &&
      (await openInSystemBrowser(url).then(
        () => true,
        () => false,
      ))
    return { data: { url, opened }, text: () => (opened ? 'The app was opened in your browser.' : url) }
  },
})
