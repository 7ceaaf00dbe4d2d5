const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  // The expansion that follows turns this into one dollar sign.
  $: '$$',
};

/**
 * Resolves the escapes of a double-quoted dotenv value as compose-go does: the listed letters and `\0` with
 * three octal digits. Any other backslash stays, but an unfinished octal escape loses its `0`.
 */
export function resolveEscapes(text: string): string {
  return text.replace(/\\(?:([abcfnrtv$"\\])|0(\d{0,3}))/g, (found, letter?: string, digits?: string) => {
    if (letter !== undefined) return SIMPLE_ESCAPES[letter] ?? found;
    return /^[0-3][0-7]{2}$/.test(digits ?? '')
      ? String.fromCodePoint(Number.parseInt(digits ?? '', 8))
      : `\\${digits}`;
  });
}

/**
 * Gives `text` with `$$` read as one dollar sign, or undefined where Compose would put a variable in
 * (`$name` or `${`). A dollar sign before anything else stays. The flags are those of compose-go's own pattern.
 */
export function resolveDollars(text: string): string | undefined {
  let expands = false;
  const resolved = text.replace(/\$(\$|[_a-z]|\{)?/giu, (found, next?: string) => {
    if (next === '$') return '$';
    if (next !== undefined) expands = true;
    return found;
  });
  return expands ? undefined : resolved;
}
