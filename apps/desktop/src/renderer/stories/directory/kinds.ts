/** What ids of the stories stand for. */
export const USER = 100
export const ROLE = 101
export const SITE = 102
export const STORE = 112
export const RESOURCE = 103
export const CREDENTIAL = 104
export const SECRET = 105
export const GATEWAY = 106
export const DEVICE = 107
export const SESSION = 108
export const GRANT = 109
export const CONNECTION = 110
export const LEASE = 111

export const page = <Item>(items: readonly Item[]) => ({ items: [...items], next: null })
