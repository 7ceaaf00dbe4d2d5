import { parseInterpolation } from '../formats/interpolation.ts';

/** Where a text says that Postgres is and as whom to log in; each part in Compose's own syntax, as it was written. */
export interface ConnectionText {
  readonly host: string;
  readonly port: string | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  readonly sslmode: string | undefined;
  /** Whether names and the password are encoded as in a URL. */
  readonly isUrl: boolean;
  /** The same text with another place, and where it is given with another password and sslmode. */
  write(place: {
    host: string;
    port: number;
    password?: string | undefined;
    sslmode?: string | undefined;
  }): string;
}

/** Postgres's own URLs, and those of JDBC, R2DBC, SQLAlchemy, Celery, Django, Doctrine and Ecto. */
const SCHEME =
  /^(?:jdbc:|r2dbc:(?:pool:)?|db\+)?(?:postgres(?:ql)?|postgis|pgsql|psql|ecto|timescale(?:gis)?)(?:\+\w+)?:\/\//i;
const AFTER_SCHEME = /^(?:([^:@/?]*)(?::([^@/?]*))?@)?([^:/?,]+)(?::([^/?,]*))?(\/[^?]*)?(\?.*)?$/i;
/** What stands behind the question mark: libpq and JDBC take user and password there, too. */
const PARAMETER = /(?<=[?&]|^)([^=&?]+)=([^&]*)/g;
/** libpq's and ADO.NET's: `host=db port=5432`, `Host=db;Port=5432`. */
const HOST_PAIR = /(?:^|[\s;])(?:host|server|data source)\s*=/i;

/**
 * Reads a connection string. A variable in it counts as one letter, whatever its default holds.
 * @returns undefined for a text that is none
 */
export function readConnectionText(template: string): ConnectionText | undefined {
  const { text, restore } = fold(template);
  if (findFlaw(text) !== undefined) return undefined;
  const [scheme] = SCHEME.exec(text) ?? [];
  const url = scheme === undefined ? null : AFTER_SCHEME.exec(text.slice(scheme.length));
  if (scheme !== undefined && url !== null) return readUrl(scheme, url, restore);
  return HOST_PAIR.test(text) && !text.includes('://') ? readPairs(text, restore) : undefined;
}

/** Why a connection string cannot be read, without a word of it; undefined for one that can, or that is none. */
export function explainUnreadable(template: string): string | undefined {
  return findFlaw(fold(template).text);
}

function findFlaw(text: string): string | undefined {
  const [scheme] = SCHEME.exec(text) ?? [];
  if (scheme === undefined)
    return !text.includes('://') && HOST_PAIR.test(text) && /['"]/.test(text)
      ? 'values in quotes are not read'
      : undefined;
  const rest = text.slice(scheme.length);
  const [head = ''] = rest.split('?', 1);
  const at = head.lastIndexOf('@');
  const server = head.slice(at + 1);
  const [place = ''] = server.split('/', 1);
  const isPlace = /^[^:]+(?::[\d\uE000-\uF8FF]*)?$/.test(place);
  if (/[@/]/.test(head.slice(0, Math.max(0, at))) || (at === -1 && !isPlace && rest.includes('@')))
    return 'an @, a / or a ? within its user or password must be written as %40, %2F or %3F';
  if (place.includes(',')) return 'it names several hosts';
  const keys = [...(rest.split('?')[1] ?? '').matchAll(PARAMETER)].map(([, key = '']) => key.toLowerCase());
  if (keys.some((key) => /^(?:host|hostaddr|port|service)$/.test(key)))
    return 'it names its server among its parameters';
  if (keys.some((key) => key !== 'password' && /pass(?!file)|secret|token/.test(key)))
    return 'it holds a secret beside the password';
  if (place === '' || place.startsWith(':')) return 'it names no host';
  return isPlace ? undefined : 'its host and port cannot be told apart';
}

function readUrl(scheme: string, url: RegExpExecArray, restore: (text: string) => string): ConnectionText {
  const [, user, password, host = '', port, path, query = ''] = url;
  const part = (text: string | undefined) => (text === undefined || text === '' ? undefined : restore(text));
  const parameters = new Map([...query.matchAll(PARAMETER)].map(([, key = '', value]) => [key, value]));
  return {
    host: restore(host),
    port: part(port),
    user: part(user) ?? part(parameters.get('user') ?? parameters.get('username')),
    password: part(password) ?? part(parameters.get('password')),
    database: part(path?.slice(1)) ?? part(parameters.get('dbname')),
    sslmode: part(parameters.get('sslmode')),
    isUrl: true,
    write: (place) => {
      const inUserinfo = part(password) === undefined ? undefined : (place.password ?? part(password));
      const userinfo =
        user === undefined ? '' : `${restore(user)}${inUserinfo === undefined ? '' : `:${inUserinfo}`}@`;
      const changed: Readonly<Record<string, string | undefined>> = {
        sslmode: place.sslmode,
        password: place.password,
      };
      const rest = query.replace(PARAMETER, (found, key: string) =>
        changed[key] === undefined ? restore(found) : `${key}=${changed[key]}`,
      );
      return `${scheme}${userinfo}${place.host}:${place.port}${restore(path ?? '')}${rest}`;
    },
  };
}

function readPairs(text: string, restore: (text: string) => string): ConnectionText {
  const separator = text.includes(';') ? ';' : ' ';
  const pairs = text.split(separator).filter((pair) => pair.trim() !== '');
  const keyOf = (pair: string) => pair.split('=')[0]?.trim().toLowerCase() ?? '';
  const find = (...keys: string[]) => {
    const pair = pairs.find((candidate) => keys.includes(keyOf(candidate)));
    return pair === undefined ? undefined : restore(pair.slice(pair.indexOf('=') + 1).trim());
  };
  return {
    host: find('host', 'server', 'data source') ?? '',
    port: find('port'),
    user: find('user', 'username', 'user id', 'uid'),
    password: find('password', 'pwd'),
    database: find('dbname', 'database', 'initial catalog'),
    sslmode: find('sslmode', 'ssl mode'),
    isUrl: false,
    write: (place) => {
      const changed = pairs.map((pair) => {
        const key = pair.split('=')[0] ?? '';
        const set = (value: string | number | undefined) =>
          value === undefined ? restore(pair) : `${key}=${value}`;
        if (/^(?:host|server|data source)$/.test(keyOf(pair))) return set(place.host);
        if (keyOf(pair) === 'port') return set(place.port);
        if (/^(?:password|pwd)$/.test(keyOf(pair))) return set(place.password);
        return /^ssl ?mode$/.test(keyOf(pair)) ? set(place.sslmode) : restore(pair);
      });
      const port = pairs.some((pair) => keyOf(pair) === 'port')
        ? []
        : [`${separator === ';' ? 'Port' : 'port'}=${place.port}`];
      return [...changed, ...port].join(separator);
    },
  };
}

/** Each variable as one letter of Unicode's private use, and the way back, in Compose's own syntax. */
function fold(template: string): { text: string; restore: (text: string) => string } {
  const sources: string[] = [];
  const text = parseInterpolation(template)
    .map((piece) => {
      if ('text' in piece) return piece.text;
      sources.push(piece.source);
      return String.fromCharCode(0xe000 + sources.length - 1);
    })
    .join('');
  const restore = (part: string) =>
    part
      .replaceAll('$', '$$$$')
      .replace(/[\uE000-\uF8FF]/g, (letter) => sources[letter.charCodeAt(0) - 0xe000] ?? letter);
  return { text, restore };
}
