/**
 * An SQL identifier in double quotes, whatever it holds. Control characters are spelled as Unicode escapes
 * (`U&"…"`), so that a line end in a name cannot split the statement for a reader of lines.
 */
export function quoteIdentifier(name: string): string {
  const quoted = `"${name.replaceAll('"', '""')}"`;
  if (!/\p{Cc}/u.test(name)) return quoted;
  const spell = (character: string) => `\\${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `U&${quoted.replaceAll('\\', '\\\\').replace(/\p{Cc}/gu, spell)}`;
}

/** An SQL string in single quotes; right under standard_conforming_strings, the default since Postgres 9.1. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
