/** What was set or typed cannot be used. For the person who started the program. */
export class ConfigError extends Error {}
