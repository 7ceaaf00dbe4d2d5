/** A place in a text: both count from 1, `column` in UTF-16 units as editors do. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/**
 * A text that breaks its grammar. The message says what is wrong and quotes nothing of the text,
 * which may hold passwords; the file's name and the place are for the caller to add.
 */
export class FormatError extends Error {
  readonly line?: number;
  readonly column?: number;

  constructor(message: string, place?: TextPlace) {
    super(message);
    this.name = 'FormatError';
    if (place) {
      this.line = place.line;
      this.column = place.column;
    }
  }
}

/**
 * A value that a grammar has no spelling for. The message names the grammar and the reason,
 * never the value.
 */
export class UnrepresentableError extends FormatError {
  constructor(grammar: string, reason: string) {
    super(`${grammar} cannot express this: ${reason}`);
    this.name = 'UnrepresentableError';
  }
}
