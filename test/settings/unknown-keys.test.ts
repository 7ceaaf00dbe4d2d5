import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SettingsError } from '../../src/problems/errors.ts';
import { load, SETTINGS } from './support.ts';

/** Valid settings with a mark wherever a key of the model may stand. */
const MARKED = `@0name: ecar
@0network: { @1name: shared, external: false }
@0postgres: { @2image: postgres:17, password: { @3env: DB_PASSWORD } }
@0databases: { ecar_db: { @4users: [ecar_user], pool_size: 5 } }
@0users: { ecar_user: { @5password: { @6env: DB_PASSWORD } }, admin: { @5password: { @6env: ADMIN_PASSWORD }, role: admin } }
@0pgbouncer: { @7port: 6432, default_pool_size: 20 }
@0app: { @8image: "example.com/app:1", environment: { KEY: { @9env: DB_PASSWORD } } }
@0resources: { pgbouncer: { @amemory: 256M } }
@0environments: { dev: {}, prod: { pgbouncer: { @bport: 6433 }, databases: { ecar_db: { @cpool_size: 6 } } } }
`;
const PLAIN = MARKED.replace(/@./g, '');
const PLACES = [...MARKED.matchAll(/@./g)].map(({ index }, count) => index - 2 * count);

const KNOWN = new Set([...PLAIN.matchAll(/(\w+):/g)].map(([, key]) => key));
const unknownKey = fc
  .oneof(
    fc.stringMatching(/^[a-zA-Z_][\w.-]{0,20}$/),
    fc.constantFrom(...KNOWN, 'max_client_conn').map((key) => `${key}_`),
    fc.constantFrom('constructor', 'toString', 'hasOwnProperty', 'prototype', 'valueOf', 'Port', 'x-note'),
  )
  .filter((key) => key !== '__proto__');

it('the settings must be valid without an unknown key', async () => {
  await expect(load(PLAIN)).resolves.toBeDefined();
});

it('an unknown key must be refused wherever it stands, at its place', async () => {
  const isOfModel = await modelKeys();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PLACES), unknownKey, async (place, key) => {
      fc.pre(!isOfModel.has(key));
      const isTop = PLAIN[place - 1] === '\n' || place === 0;
      const text = `${PLAIN.slice(0, place)}${key}: 5${isTop ? '\n' : ', '}${PLAIN.slice(place)}`;
      const error = await load(text).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SettingsError);
      const [problem, ...others] = (error as SettingsError).problems;
      expect(others).toEqual([]);
      expect(problem?.code).toMatch(/^(?:unknown-key|owned-setting)$/);
      const before = text.slice(0, place).split('\n');
      const column = (before.at(-1)?.length ?? 0) + 1;
      expect(problem?.at).toMatchObject({ line: before.length, column });
      if (problem?.at?.text?.includes('[redacted]') !== true) expect(problem?.at?.length).toBe(key.length);
    }),
    { numRuns: 300 },
  );
});

/** Every key that the model has anywhere. */
async function modelKeys(): Promise<ReadonlySet<string>> {
  const { createJsonSchema } = await import('../../src/settings/json-schema.ts');
  const keys = new Set<string>();
  JSON.stringify(createJsonSchema(), (key, value) => {
    if (key === 'properties') for (const name of Object.keys(value)) keys.add(name);
    return value;
  });
  return keys;
}

it('no unknown key may pass beside a valid one in any environment', async () => {
  await expect(load(SETTINGS.replace('dev: {}', 'dev: { prot: 5 }'))).rejects.toThrow('1 problem');
});
