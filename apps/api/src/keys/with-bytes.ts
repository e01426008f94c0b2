/** Runs `work` with secret bytes and overwrites them afterwards, whatever happens. */
export const withSecretBytes = async <Result>(
  secret: Uint8Array | Promise<Uint8Array>,
  work: (bytes: Uint8Array) => Result | Promise<Result>,
): Promise<Result> => {
  const bytes = await secret
  try {
    return await work(bytes)
  } finally {
    bytes.fill(0)
  }
}
