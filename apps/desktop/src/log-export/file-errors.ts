/** What a file system refuses, in words for the person who said where to write. */
import { SallyportError } from '@sallyport/protocol'

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

export const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error

/** `disk_full` or `folder_unwritable` for errors of files; others are theirs. */
export const fileError = (error: unknown): unknown => {
  if (!isSystemError(error)) return error
  return new SallyportError(FULL.has(error.code ?? '') ? 'disk_full' : 'folder_unwritable', { cause: error })
}
