import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readComposeYaml, writeComposeYaml } from '../../src/formats/compose-yaml.ts';
import { readConnectionString, writeConnectionString } from '../../src/formats/connection-string.ts';
import { explainDotenvValue, readDotenv, writeDotenv } from '../../src/formats/dotenv.ts';
import { FormatError } from '../../src/formats/format-error.ts';
import { writePgService } from '../../src/formats/pg-service.ts';
import { readPgbouncerIni, writePgbouncerIni } from '../../src/formats/pgbouncer-ini.ts';
import { explainDatabaseName, explainUserName } from '../../src/formats/pgbouncer-names.ts';
import { readUserlist, setUserlistEntries, writeUserlist } from '../../src/formats/userlist.ts';

/** Text made mostly of what the grammars treat specially. */
const nasty = fc.string({
  unit: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...`'"\\$#;=:%*[]{}!&|> \t\r\n\v\f\0`) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        'a',
        'N',
        '0',
        `\${x}`,
        ' #',
        '\u007F',
        '\u0085',
        '\u00A0',
        '\u2028',
        '\uFEFF',
      ),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  ),
  maxLength: 30,
});
const without = (unwanted: RegExp) => nasty.map((text) => text.replace(unwanted, ''));

/** Lines as hands write them: fields over two lines, odd blanks, what follows a secret, mistakes. */
const messyUserlist = (() => {
  const field = fc
    .string({ unit: fc.constantFrom('a', 'b', '""', ' ', '\n', '\r', ';'), minLength: 1, maxLength: 3 })
    .map((text) => `"${text}"`);
  const blanks = fc.constantFrom('', ' ', '\t', '\r', ' x ');
  const line = fc.oneof(
    fc.constantFrom('', ';', '; "a" "b"', '  ', '\r', '"a" "b" "c', '"a"'),
    fc.tuple(fc.constantFrom('', ' ', '\t'), field, blanks, field, blanks).map((parts) => parts.join('')),
  );
  return fc.array(line).chain((lines) => fc.constantFrom('\n', '\r\n').map((end) => lines.join(end)));
})();

/** What an action gives, or where it says that a text is wrong. */
function attempt<T>(action: () => T): T | string {
  try {
    return action();
  } catch (error) {
    if (error instanceof FormatError) return `${error.message} ${error.line}:${error.column}`;
    throw error;
  }
}

describe('a written text reads back the same', () => {
  test('pgbouncer.ini', () => {
    const key = nasty.filter((name) => explainDatabaseName(name, { quotedKeys: true }) === undefined);
    const value = without(/[\n\0]|^[\t-\r ]+|[\t-\r ]+$/g).filter(
      (text) => !/^[\t-\r ]|[\t-\r ]$/.test(text),
    );
    const entries = fc.array(fc.tuple(key, value));
    fc.assert(
      fc.property(entries, entries, (databases, users) => {
        const sections = [
          { name: 'databases', entries: databases },
          { name: 'users', entries: users },
        ];
        const text = writePgbouncerIni(sections, { comment: ['c'], quotedKeys: true });
        expect(readPgbouncerIni(text)).toEqual(sections);
      }),
    );
  });

  test('connection strings, also inside pgbouncer.ini', () => {
    const value = without(/[\n\0]/g).filter((text) => text !== '');
    const pairs = fc.array(fc.tuple(fc.constantFrom('dbname', 'host', 'user'), value), { minLength: 1 });
    fc.assert(
      fc.property(pairs, (written) => {
        const entry = writeConnectionString(written);
        const sections = [{ name: 'databases', entries: [['d', entry]] as const }];
        const ini = readPgbouncerIni(writePgbouncerIni(sections, { comment: [], quotedKeys: false }));
        expect(readConnectionString(ini[0]?.entries[0]?.[1] ?? '')).toEqual(written);
      }),
    );
  });

  const user = nasty.filter((name) => {
    return explainUserName(name, { quotedKeys: true, console: false, inUsersSection: false }) === undefined;
  });
  const userEntry = fc.record({ user, secret: without(/\0/g) });

  test('userlist.txt', () => {
    fc.assert(
      fc.property(fc.array(userEntry), (entries) => {
        const read = readUserlist(writeUserlist(entries, ['c']));
        expect(read.map(({ user, secret }) => ({ user, secret }))).toEqual(entries);
      }),
    );
  });

  test('userlist.txt with users set, and nobody else touched', () => {
    const someone = fc.record({ user: fc.constantFrom('a', 'b', '"', 'a b'), secret: fc.constant('new"') });
    const entries = fc.uniqueArray(fc.oneof(userEntry, someone), {
      selector: ({ user }) => user,
      maxLength: 4,
    });
    const written = fc.array(userEntry).map((list) => writeUserlist(list, ['c']));
    fc.assert(
      fc.property(fc.oneof(written, messyUserlist), entries, (text, changed) => {
        const names = new Set(changed.map(({ user }) => user));
        const isOther = ({ user }: { user: string }) => !names.has(user);
        const pair = ({ user, secret }: { user: string; secret: string }) => JSON.stringify([user, secret]);
        const before = attempt(() => readUserlist(text));
        const after = attempt(() => readUserlist(setUserlistEntries(text, changed)));
        if (typeof before === 'string' || typeof after === 'string') {
          expect(after).toBe(before);
          return;
        }
        expect(after.filter(isOther).map(pair)).toEqual(before.filter(isOther).map(pair));
        const set = after.filter((entry) => !isOther(entry)).map(pair);
        expect(set.sort()).toEqual(changed.map(pair).sort());
      }),
      { numRuns: 2000 },
    );
  });

  test('.env', () => {
    const value = nasty.filter((text) => explainDotenvValue(text) === undefined);
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const written = values.map((text, index): [string, string] => [`V${index}`, text]);
        const read = readDotenv(writeDotenv(written, ['c']));
        expect(read.map((entry) => [entry.name, 'value' in entry && entry.value])).toEqual(written);
      }),
    );
  });

  test('Compose YAML, under YAML 1.1 and 1.2', () => {
    const leaf = fc.oneof(nasty, fc.integer(), fc.boolean(), fc.constant(null));
    const document = fc.dictionary(nasty, fc.oneof(leaf, fc.array(leaf), fc.dictionary(nasty, leaf)), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(document, (written) => {
        const text = writeComposeYaml(written, ['c']);
        expect(readComposeYaml(text)).toEqual(written);
        expect(parse(text, { version: '1.1', schema: 'yaml-1.1' })).toEqual(written);
      }),
    );
  });

  test('pg_service.conf, but for the services that it leaves out', () => {
    const service = fc.record({ name: nasty, host: nasty, port: fc.nat(65535), dbname: nasty, user: nasty });
    fc.assert(
      fc.property(fc.array(service), (services) => {
        const { text, leftOut } = writePgService(services, ['c']);
        const kept = services.filter(({ name }) => !leftOut.includes(name));
        const read = readAsLibpq(text);
        for (const { name, host, port, dbname, user } of kept) {
          expect(read).toContainEqual([name, { host, port: String(port), dbname, user }]);
        }
      }),
    );
  });
});

test('readers either read any text or say where it breaks', () => {
  const readers = [readPgbouncerIni, readConnectionString, readUserlist, readDotenv, readComposeYaml];
  fc.assert(
    fc.property(nasty, fc.constantFrom(...readers), (text, read) => {
      try {
        read(text);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }),
    { numRuns: 1000 },
  );
});

/** Reads a service file as libpq does: lines cut of their trailing blanks, everything else literal. */
function readAsLibpq(text: string): [name: string, values: Record<string, string>][] {
  const services: [string, Record<string, string>][] = [];
  for (const line of text.split('\n').map((raw) => raw.replace(/[\t-\r ]+$/, '').replace(/^[\t-\r ]+/, ''))) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) services.push([line.slice(1, line.indexOf(']')), {}]);
    else Object.assign(services.at(-1)?.[1] ?? {}, Object.fromEntries([splitOnce(line)]));
  }
  return services;
}

function splitOnce(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}
