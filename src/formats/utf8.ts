/** Gives the length of `text` in the bytes that the limits of PgBouncer, Postgres and the kernel count. */
export function countBytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** Whether UTF-8 can carry `text`: half of a surrogate pair would turn into U+FFFD on its way to the disk. */
export function isEncodable(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
