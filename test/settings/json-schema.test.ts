import { readFileSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkSettings } from '../../src/settings/check-settings.ts';
import { splitEnvironments } from '../../src/settings/environments.ts';
import { createJsonSchema } from '../../src/settings/json-schema.ts';
import type { MapTree } from '../../src/settings/tree.ts';
import { runToEnd } from '../support/fake-world.ts';
import { tempFolder } from '../support/temp-project.ts';
import { SETTINGS, treeOf } from './support.ts';

const validate = new Ajv2020({ allErrors: true, formats: { ipv4: isIPv4, ipv6: isIPv6 } }).compile(
  createJsonSchema(),
);

/** Whether ecar-pool itself takes a text; rules that look at several values at once are beyond a schema. */
function isAccepted(text: string): boolean {
  const { environments, problems } = splitEnvironments(treeOf(text) as MapTree);
  return (
    problems.length === 0 &&
    [...environments.values()].every((tree) => checkSettings(tree).settings !== undefined)
  );
}

it('schema/ecar-pool.schema.json must be the one that the model gives (npm run schema)', () => {
  const file = join(import.meta.dirname, '../../schema/ecar-pool.schema.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(createJsonSchema())));
});

it('every property must be described', () => {
  const undescribed: string[] = [];
  const walk = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    const { properties = {} } = schema as { properties?: Record<string, { description?: string }> };
    for (const [key, property] of Object.entries(properties)) {
      if ((property.description ?? '') === '') undescribed.push(`${path}.${key}`);
    }
    for (const [key, inner] of Object.entries(schema)) walk(inner, `${path}.${key}`);
  };
  walk(createJsonSchema(), '');
  expect(undescribed).toEqual([]);
});

it.each([
  ['--yes'],
  ['--yes', '--postgres-host', 'db.example.com'],
  ['--yes', '--auth-type', 'scram-sha-256', '--environments', 'test,staging,production'],
])('the settings of `init %s %s %s %s %s` must fit', async (...args) => {
  const cwd = tempFolder();
  await runToEnd(['init', ...args.filter(Boolean)], { cwd });
  const written = parse(readFileSync(join(cwd, 'ecar-pool.yaml'), 'utf8'));
  expect(validate(written), JSON.stringify(validate.errors)).toBe(true);
});

describe('an editor must flag what ecar-pool refuses, and nothing that it takes', () => {
  const replace = (from: string, to: string) => SETTINGS.replace(from, to);
  const prod = (overlay: string) => replace('prod: {}', `prod: ${overlay}`);
  const wrong = {
    'no environments': replace(/environments.*/.exec(SETTINGS)?.[0] ?? '', ''),
    'an empty map of environments': replace('{ dev: {}, prod: {} }', '{}'),
    'a bad name of an environment': replace('dev:', 'Dev:'),
    'an unknown key at the top': `${SETTINGS}nmae: x\n`,
    'an unknown key of a database': replace('[ecar_user]', '[ecar_user], size: 5'),
    'an unknown key of an environment': prod('{ nmae: x }'),
    'a setting that ecar-pool owns': `${SETTINGS}pgbouncer: { listen_port: 5 }\n`,
    'a password in the file': replace('{ env: DB_PASSWORD }', 'hunter2'),
    'a password in an environment': prod('{ users: { ecar_user: { password: hunter2 } } }'),
    'a name with capitals': replace('name: ecar', 'name: Ecar'),
    'a port out of range': `${SETTINGS}pgbouncer: { port: 70000 }\n`,
    'a port in quotes': `${SETTINGS}pgbouncer: { port: "6432" }\n`,
    'a port in words for the app': `${SETTINGS}app: { image: "a:1", ports: [http] }\n`,
    'a flag that is a word': `${SETTINGS}pgbouncer: { log_connections: yes }\n`,
    'a flag that is 2': `${SETTINGS}pgbouncer: { log_connections: 2 }\n`,
    'an unknown pool mode': replace('[ecar_user]', '[ecar_user], pool_mode: fast'),
    'a database without users': replace('[ecar_user]', '[]'),
    'null in the base': `${SETTINGS}app: null\n`,
    'null in a list of an environment': prod('{ app: { ports: [null] } }'),
    'a size without a unit': `${SETTINGS}resources: { pgbouncer: { memory: 256 } }\n`,
    'two lines': `${SETTINGS}pgbouncer: { job_name: "a\\nb" }\n`,
  };
  it.each(Object.entries(wrong))('%s', (_, text) => {
    expect(isAccepted(text)).toBe(false);
    expect(validate(parse(text))).toBe(false);
  });

  const right = {
    'the smallest settings': SETTINGS,
    'an environment without a word': prod(''),
    'an environment that changes one value': prod('{ pgbouncer: { port: 5 } }'),
    'an environment that removes values': prod('{ app: null, databases: { other: null } }'),
    'an environment that adds a database': prod('{ databases: { other: { users: [ecar_user] } } }'),
    'numbers in either form': `${SETTINGS}resources: { pgbouncer: { cpus: 0.5 }, }\n`,
    'a network by its name': `${SETTINGS}network: { name: shared, external: true }\n`,
    'an image with everything': `${SETTINGS}pgbouncer: { image: "r.example.com:5000/a/b:v1.25.2@sha256:${'a'.repeat(64)}" }\n`,
    'ports in all forms': `${SETTINGS}app: { image: "a:1", ports: ['80', '8000:80', '127.0.0.1::80', '[::1]:8000:80/tcp', '8000-8001:80-81'] }\n`,
  };
  it.each(Object.entries(right))('%s', (_, text) => {
    expect(isAccepted(text)).toBe(true);
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
  });
});
