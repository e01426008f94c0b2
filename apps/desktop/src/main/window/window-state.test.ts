import { expect, test } from 'vitest'
import { fitToScreens, usualState, windowState } from './window-state.ts'

const screen = { x: 0, y: 0, width: 1920, height: 1080 }
const state = { position: { x: 100, y: 50 }, size: { width: 1300, height: 800 }, maximized: false }

test('a window on a screen comes back where it was', () => {
  expect(fitToScreens(state, [screen])).toEqual(state)
})

test('a window on a screen that is gone comes back where the system puts it', () => {
  expect(fitToScreens({ ...state, position: { x: 2500, y: 50 } }, [screen]).position).toBeNull()
})

test('a window whose title bar lies above the screen could not be moved', () => {
  expect(fitToScreens({ ...state, position: { x: 100, y: -60 } }, [screen]).position).toBeNull()
})

test('a window is neither smaller than the app needs nor larger than the largest screen', () => {
  expect(fitToScreens({ ...state, size: { width: 10, height: 10 } }, [screen]).size).toEqual({ width: 960, height: 600 })
  expect(fitToScreens({ ...state, size: { width: 9000, height: 9000 } }, [screen]).size).toEqual({ width: 1920, height: 1080 })
})

test('what the file holds is parsed', () => {
  expect(windowState.safeParse({ ...usualState, size: { width: '1', height: 1 } }).success).toBe(false)
  expect(windowState.safeParse(usualState).success).toBe(true)
})
