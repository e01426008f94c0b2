export const firstRun = {
  title: 'Welcome to Sallyport',
} as const
