import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ExpectedError } from '../../src/problems/errors.ts';
import { load, SECRETS, SETTINGS } from './support.ts';

/** Pieces that YAML, the settings and their readers treat specially. */
const PIECES = [
  ...'[]{}:,-?&*!|>\'"%@`#\n\t \0\r\\',
  ...[
    '- ',
    ': ',
    '\n  ',
    '<<: ',
    '&a ',
    '*a',
    '!!set ',
    '!!binary ',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '\uFEFF',
  ],
  ...[
    'null',
    '~',
    '.nan',
    '1e400',
    '0x',
    '__proto__',
    'constructor',
    'environments',
    'pgbouncer: ',
    'users: ',
  ],
  ...['password: ', '{ env: X }', 'prod', '\u{1F600}', '\uD800', '\u0085', '\u2028'],
];

const noise = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(''));

/** Valid settings with some of their text replaced by noise. */
const damaged = fc
  .tuple(fc.nat(SETTINGS.length), fc.nat(30), noise)
  .map(([start, length, text]) => SETTINGS.slice(0, start) + text + SETTINGS.slice(start + length));

async function expectWords(settings: string | Buffer, files: Record<string, string> = {}): Promise<void> {
  const error = await load(settings, { files }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error !== undefined && !(error instanceof ExpectedError)) throw error;
}

it('noise for settings must be answered in words', async () => {
  await fc.assert(
    fc.asyncProperty(noise, (text) => expectWords(text)),
    { numRuns: 500 },
  );
});

it('damaged settings must be answered in words', async () => {
  await fc.assert(
    fc.asyncProperty(damaged, (text) => expectWords(text)),
    { numRuns: 500 },
  );
});

it('any bytes must be answered in words', async () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(bytes, (array) => expectWords(Buffer.from(array))),
    { numRuns: 300 },
  );
});

it('any .env must be answered in words', async () => {
  const text = fc.array(
    fc.constantFrom(...PIECES, '=', 'DB_PASSWORD', 'PGBOUNCER_PORT', '$', '${', 'export '),
  );
  await fc.assert(
    fc.asyncProperty(text, (pieces) => expectWords(SETTINGS, { '.env.prod': pieces.join('') })),
    { numRuns: 300 },
  );
});

it('any value in any place of the settings must be answered in words', async () => {
  const value = fc.json({ maxDepth: 3 });
  const places = [...SETTINGS.matchAll(/(?<=: )[^:\n]+/g)];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), value, async (place, json) => {
      const end = place.index + place[0].length;
      await expectWords(SETTINGS.slice(0, place.index) + json + SETTINGS.slice(end));
    }),
    { numRuns: 500 },
  );
});

it('any override must be answered in words', async () => {
  const names = [
    'PORT',
    'BIND',
    'IMAGE',
    'VERSION',
    'POOL_MODE',
    'MAX_CLIENT_CONN',
    'QUERY_TIMEOUT',
    'JOB_NAME',
    'AUTH_TYPE',
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), fc.string({ unit: 'binary' }), async (name, value) => {
      const error = await load(SETTINGS, { env: { ...SECRETS, [`PGBOUNCER_${name}`]: value } }).catch(
        (thrown: unknown) => thrown,
      );
      if (error instanceof Error && !(error instanceof ExpectedError)) throw error;
    }),
  );
  expect.assertions(0);
});
