/** Bytes that can be read at any offset. */
export interface RandomAccess {
  readonly size: number;
  /** `length` bytes from `offset`; fewer at the end, none beyond it. */
  read(offset: number, length: number): Buffer;
}

/** Told of each part of a database that cannot be read; reading goes on behind it. Throws to stop the reading. */
export type OnDamage = (message: string) => void;
