/** Whether single letters do things: people who speak to their computer, or whose hands tremble, switch that off. */
let enabled = true

export const setSingleKeys = (on: boolean): void => {
  enabled = on
}

export const singleKeys = (): boolean => enabled
