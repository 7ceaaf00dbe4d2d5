import { readDotenv, writeDotenvValue } from './dotenv.ts';

/**
 * The text of a `.env` with one variable set, where it stands or at the end, or taken out; every other byte stays.
 * A value that needs no quotes gets none, as people write it, unless the old one has some.
 * @param value undefined takes the variable out
 * @throws FormatError for a text that Compose refuses, UnrepresentableError for a value that a `.env` cannot hold
 */
export function editDotenv(text: string, name: string, value: string | undefined): string {
  const assign = (isQuoted: boolean) =>
    value === undefined
      ? ''
      : `${name}=${!isQuoted && /^[\w./:;-]+$/.test(value) ? value : writeDotenvValue(value)}`;
  const found = readDotenv(text).findLast((entry) => entry.name === name);
  if (found === undefined) {
    if (value === undefined) return text;
    const gap = text === '' || text.endsWith('\n') ? '' : '\n';
    return `${text}${gap}${assign(false)}\n`;
  }
  const lines = text.split('\n');
  const old = lines[found.line - 1] ?? '';
  const end = old.endsWith('\r') ? '\r' : '';
  const indent = old.slice(0, found.column - 1);
  return value === undefined
    ? lines.toSpliced(found.line - 1, 1).join('\n')
    : lines.with(found.line - 1, indent + assign(/=\s*['"]/.test(old)) + end).join('\n');
}
