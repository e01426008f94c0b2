/** How a test steers the stand-in, over the channel that Node opens between a program and its child. */
import { z } from 'zod'

export const menuItem = z.object({ label: z.string(), enabled: z.boolean() })

/** What the app asked of the desktop. */
export const desktopState = z.object({
  tray: z.object({ image: z.string(), tooltip: z.string(), items: z.array(menuItem) }).nullable(),
  menu: z.array(menuItem),
  notifications: z.array(z.object({ title: z.string(), body: z.string(), open: z.boolean() })),
  clipboard: z.string(),
  badge: z.number(),
  opened: z.array(z.string()),
  /** The message box that waits for a button; null: none. */
  question: z.object({ message: z.string(), detail: z.string(), buttons: z.array(z.string()) }).nullable(),
  window: z
    .object({ visible: z.boolean(), focused: z.number(), preferences: z.record(z.string(), z.unknown()), url: z.string() })
    .nullable(),
  /** Requests of the page that the app's own handlers cancelled or that had none. */
  refused: z.array(z.string()),
  crossings: z.array(z.string()),
})
export type DesktopState = z.infer<typeof desktopState>

export const order = z.discriminatedUnion('order', [
  z.object({ order: z.literal('state') }),
  /** Of the tray's menu or the app's. */
  z.object({ order: z.literal('click'), where: z.enum(['tray', 'menu']), label: z.string() }),
  z.object({ order: z.literal('clickNotification'), title: z.string() }),
  z.object({ order: z.literal('answer'), button: z.string() }),
  /** Where the next question for a file leads. */
  z.object({ order: z.literal('savePath'), path: z.string() }),
  z.object({ order: z.literal('closeWindow') }),
  z.object({ order: z.literal('crash') }),
  /** A second start of the app with these words. */
  z.object({ order: z.literal('secondInstance'), words: z.array(z.string()) }),
  z.object({ order: z.literal('openUrl'), url: z.string() }),
  z.object({ order: z.literal('quit') }),
  /** A message to main from a frame of the test's invention. */
  z.object({
    order: z.literal('invoke'),
    channel: z.string(),
    frame: z.string().nullable(),
    main: z.boolean(),
    payload: z.unknown(),
  }),
])
export type Order = z.infer<typeof order>

export const orderMessage = z.object({ id: z.number(), order })
export const reply = z.union([
  z.object({ id: z.number(), result: z.unknown() }),
  z.object({ id: z.number(), error: z.string() }),
  /** Chromium runs: where its debugging protocol is. */
  z.object({ endpoint: z.string() }),
])
