/** The part of postject that we use: it comes without types. */
declare module 'postject' {
  /** Puts a resource into an executable, and turns the sentinel on. */
  // oxlint-disable-next-line max-params -- the library's own signature
  export const inject: (
    file: string,
    resource: string,
    content: Uint8Array,
    options: { readonly sentinelFuse: string; readonly machoSegmentName?: string },
  ) => Promise<void>
}
