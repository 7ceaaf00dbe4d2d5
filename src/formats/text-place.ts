/** A place in a text: both count from 1, `column` in UTF-16 units as editors do. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Gives the place of the character at `offset`. Only `\n` ends a line, as in the programs that read these files. */
export function findPlace(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}
