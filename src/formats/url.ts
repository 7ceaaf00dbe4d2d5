import { UnrepresentableError } from './format-error.ts';
import { isEncodable } from './utf8.ts';

/** Where a Postgres URL leads, and as whom. */
export interface PostgresUrl {
  readonly user: string;
  readonly password: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

/**
 * Writes a Postgres connection URL (RFC 3986): every character of a name or password that could mean something
 * in a URL is encoded. Throws UnrepresentableError for text that is not valid Unicode.
 */
export function writePostgresUrl({ user, password, host, port, database, parameters }: PostgresUrl): string {
  const query = parameters.map(([name, value]) => `${name}=${encodeUrlPart(value)}`).join('&');
  const login = `${encodeUrlPart(user)}:${encodeUrlPart(password)}`;
  return `postgres://${login}@${host}:${port}/${encodeUrlPart(database)}?${query}`;
}

/**
 * A name or a password as it stands in such a URL: encodeURIComponent leaves five characters alone that RFC 3986
 * reserves. Throws UnrepresentableError for text that is not valid Unicode.
 */
export function encodeUrlPart(text: string): string {
  if (!isEncodable(text)) throw new UnrepresentableError('a URL', 'a string is not valid Unicode');
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
