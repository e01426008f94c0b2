/** Where a secret lies when it is not in the vault. */
export interface StoredPlace {
  readonly store: string
  readonly path: string
  /** Null: all of what is there. */
  readonly field: string | null
}

/** Of the three columns that a statement read of `secrets`. */
export const storedPlaceOf = (row: {
  readonly store_id: string | null
  readonly store_path: string | null
  readonly store_field: string | null
}): StoredPlace | null =>
  row.store_id === null || row.store_path === null ? null : { store: row.store_id, path: row.store_path, field: row.store_field }
