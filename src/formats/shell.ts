/** Gives the words of a command as one line that a POSIX shell takes apart into the same words. */
export function formatCommand(words: readonly string[]): string {
  return words.map(quoteWord).join(' ');
}

function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The words that `formatCommand` was given, so that what runs is what was shown; knows no other quoting. */
export function splitCommand(line: string): string[] {
  const words = line.match(/(?:'[^']*'|\\'|[^\s'\\])+/g) ?? [];
  return words.map((word) =>
    word.replace(/'([^']*)'|\\(')/g, (_, quoted = '', quote = '') => quoted + quote),
  );
}
