import { encodeUrlPart } from '../formats/url.ts';
import { isEncodable } from '../formats/utf8.ts';

const MASK = '[redacted]';

/** Where Compose quotes a line of `.env` that it cannot read: a piece of a value, which no list of secrets holds. */
const DOTENV_QUOTE = /(unterminated quoted value|in variable name|invalid template:) [^\n]*/gi;

/**
 * A function that blanks every secret in a text. Also blanked are the spellings that a secret takes in the
 * files that programs quote in their errors: escaped as in JSON and a double-quoted `.env` value, with
 * the doubled quotes of userlist.txt and of a connection string, and encoded as in a URL.
 */
export function createRedact(secrets: Iterable<string>): (text: string) => string {
  const spellings = new Set([...secrets].filter((secret) => secret !== '').flatMap(spell));
  // The longest first: a secret may hold another one.
  const ordered = [...spellings].sort((a, b) => b.length - a.length);
  return (text) =>
    ordered
      .reduce((result, secret) => result.replaceAll(secret, MASK), text)
      .replace(DOTENV_QUOTE, (_, words: string) => `${words} ${MASK}`);
}

function spell(secret: string): string[] {
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    secret.replace(/[\\"$]/g, '\\$&'),
    secret.replaceAll('"', '""'),
    secret.replaceAll("'", "''"),
    secret.replaceAll('$', '$$$$'),
    // Both ways of encoding: ours, and the one of programs that leave more alone.
    ...(isEncodable(secret) ? [encodeUrlPart(secret), encodeURIComponent(secret)] : []),
  ];
}
