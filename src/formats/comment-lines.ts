import { UnrepresentableError } from './format-error.ts';

/**
 * Writes comment lines that start with `mark` (`#` or `;`), each ended by a newline.
 * Throws UnrepresentableError for a line with a control character or a Unicode line end:
 * YAML 1.1 ends a comment at NEL, U+2028 and U+2029, so what follows would be read as data.
 */
export function writeCommentLines(lines: readonly string[], mark: '#' | ';'): string {
  return lines
    .map((line) => {
      if (/[\p{Cc}\u2028\u2029]/u.test(line)) {
        throw new UnrepresentableError('a comment line', 'it holds a control character');
      }
      return line === '' ? `${mark}\n` : `${mark} ${line}\n`;
    })
    .join('');
}
