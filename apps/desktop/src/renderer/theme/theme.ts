/**
 * Mantine, dressed. Three of its habits are cured here and in variables.css: it would write style elements (which the content
 * policy refuses), judge contrast by the light scheme alone, and leave close buttons without a name.
 */
import {
  ActionIcon,
  Button,
  createTheme,
  Drawer,
  Input,
  type MantineColorsTuple,
  Menu,
  Modal,
  Popover,
  Portal,
  Switch,
  Tooltip,
  type VariantColorsResolver,
  virtualColor,
} from '@mantine/core'
import { Spotlight } from '@mantine/spotlight'
import { text } from '../texts/text.ts'

/** Only to make the name known: what is shown comes from variables.css. */
const shades = (color: string): MantineColorsTuple => [color, color, color, color, color, color, color, color, color, color]

/** Four looks of buttons: `filled` and `danger` act, `default` is the other choice, `subtle` stays out of the way. */
const variants: VariantColorsResolver = ({ variant, color }) => {
  if (variant === 'filled' && color === 'bad')
    return { background: 'var(--bad)', hover: 'var(--bad-hover)', color: 'var(--on-bad)', border: '1px solid transparent' }
  if (variant === 'filled')
    return {
      background: 'var(--accent)',
      hover: 'var(--accent-hover)',
      color: 'var(--on-accent)',
      border: '1px solid transparent',
    }
  const ink = color === 'bad' ? 'var(--bad)' : 'var(--text)'
  if (variant === 'default')
    return { background: 'var(--panel)', hover: 'var(--hover)', color: ink, border: '1px solid var(--control-border)' }
  return { background: 'transparent', hover: 'var(--hover)', color: ink, border: '1px solid transparent' }
}

/** Id of the element in which menus, dialogs and messages are drawn. */
export const FLOATING_PLACE = 'floating'

/** A function, because names of parts come from the catalogue, which is chosen at start. */
export const createAppTheme = () =>
  createTheme({
    colors: {
      accentLight: shades('#2f5bd7'),
      accentDark: shades('#8fabff'),
      accent: virtualColor({ name: 'accent', light: 'accentLight', dark: 'accentDark' }),
    },
    primaryColor: 'accent',
    autoContrast: true,
    variantColorResolver: variants,
    respectReducedMotion: true,
    cursorType: 'default',
    components: {
      Button: Button.extend({
        defaultProps: { size: 'sm' },
        vars: (_theme, { size }) => ({
          root: {
            '--button-height': size === 'md' ? '32px' : '28px',
            '--button-padding-x': size === 'md' ? '14px' : '10px',
            '--button-fz': '13px',
          },
        }),
      }),
      ActionIcon: ActionIcon.extend({
        defaultProps: { variant: 'subtle' },
        vars: () => ({ root: { '--ai-size': '28px' } }),
      }),
      Input: Input.extend({ vars: () => ({ wrapper: { '--input-height': '32px', '--input-fz': '13px' } }) }),
      Switch: Switch.extend({ defaultProps: { size: 'sm', withThumbIndicator: false } }),
      Tooltip: Tooltip.extend({ defaultProps: { openDelay: 400, withArrow: false, transitionProps: { duration: 0 } } }),
      Menu: Menu.extend({
        defaultProps: {
          shadow: 'md',
          transitionProps: { duration: 0 },
          position: 'bottom-end',
          // It would be a child of the menu that is no item.
          withInitialFocusPlaceholder: false,
        },
      }),
      // One place for what floats, with a name: nothing of the page lies outside its landmarks.
      Portal: Portal.extend({ defaultProps: { target: `#${FLOATING_PLACE}`, reuseTargetNode: false } }),
      Popover: Popover.extend({ defaultProps: { shadow: 'md', transitionProps: { duration: 0 } } }),
      Modal: Modal.extend({
        defaultProps: {
          lockScroll: false,
          centered: true,
          transitionProps: { duration: 0 },
          closeButtonProps: { 'aria-label': text('common.close') },
          // Its element would be a second banner of the page.
          attributes: { header: { role: 'presentation' } },
        },
      }),
      Drawer: Drawer.extend({
        defaultProps: {
          lockScroll: false,
          transitionProps: { duration: 0 },
          closeButtonProps: { 'aria-label': text('common.close') },
        },
      }),
      SpotlightRoot: Spotlight.Root.extend({ defaultProps: { lockScroll: false, transitionProps: { duration: 0 } } }),
    },
  })
