import { FormatError, type TextPlace } from './format-error.ts';

/** Reads a text from its start to its end, by one pattern after the other. */
export class Scanner {
  readonly #text: string;
  #offset = 0;
  /** The line that the last place was asked for on, and where it starts and ends. */
  #line = 1;
  #lineStart = 0;
  #lineEnd: number;

  constructor(text: string) {
    this.#text = text;
    this.#lineEnd = this.#endOfLine();
  }

  /** How far the text has been read. */
  get offset(): number {
    return this.#offset;
  }

  /** Whether nothing is left to be read. */
  get isDone(): boolean {
    return this.#offset === this.#text.length;
  }

  /** The character to be read next; undefined at the end. */
  get next(): string | undefined {
    return this.#text[this.#offset];
  }

  /** Reads what matches a sticky pattern here; where nothing does, nothing is read. */
  read(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#offset;
    const match = pattern.exec(this.#text) ?? undefined;
    if (match) this.#offset = pattern.lastIndex;
    return match;
  }

  /** The place of the next character. Only `\n` ends a line, as in the programs that read these files. */
  place(): TextPlace {
    // Counted on from the last place: counting from the top would take minutes for 100,000 lines.
    while (this.#lineEnd < this.#offset) {
      this.#line++;
      this.#lineStart = this.#lineEnd + 1;
      this.#lineEnd = this.#endOfLine();
    }
    return { line: this.#line, column: this.#offset - this.#lineStart + 1 };
  }

  /** An error at the next character. */
  fail(message: string): FormatError {
    return new FormatError(message, this.place());
  }

  #endOfLine(): number {
    const end = this.#text.indexOf('\n', this.#lineStart);
    return end === -1 ? this.#text.length : end;
  }
}
