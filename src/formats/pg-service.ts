import { safe, stringify } from 'ini';
import { writeCommentLines } from './comment-lines.ts';
import { countBytes, isEncodable } from './utf8.ts';

/** One service of libpq's pg_service.conf; a password belongs in .pgpass, not here. */
export interface PgService {
  name: string;
  host: string;
  port: number;
  dbname: string;
  user: string;
}

/** libpq before 14 has a buffer of 256 bytes for a line and refuses the file where one does not fit. */
const MAX_LINE_BYTES = 254;

/**
 * Writes pg_service.conf and names the services that it leaves out. libpq knows neither quotes nor escapes
 * there, while `ini` writes both, so a service goes in only where `ini` leaves its name and values alone.
 */
export function writePgService(
  services: readonly PgService[],
  comment: readonly string[],
): { text: string; leftOut: string[] } {
  const leftOut: string[] = [];
  const blocks: string[] = [];
  for (const { name, host, port, dbname, user } of services) {
    const values = { host, port: String(port), dbname, user };
    if (isServiceName(name) && Object.entries(values).every(([key, value]) => isPlain(value, key))) {
      // Named, because `ini` ends lines with CRLF when it runs on Windows.
      blocks.push(stringify(values, { section: name, platform: 'linux' }));
    } else {
      leftOut.push(name);
    }
  }
  const text = [writeCommentLines(comment, '#'), ...blocks].filter((block) => block !== '').join('\n');
  return { text, leftOut };
}

/** libpq ends a service name at the first `]`, and `ini` puts a backslash before each dot. */
function isServiceName(name: string): boolean {
  return isPlain(name, '') && !/[\].]/.test(name);
}

function isPlain(value: string, key: string): boolean {
  return (
    value !== '' &&
    safe(value) === value &&
    !/\p{Cc}/u.test(value) &&
    isEncodable(value) &&
    countBytes(`${key}=${value}`) <= MAX_LINE_BYTES
  );
}
