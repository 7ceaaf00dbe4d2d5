import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempFolder } from '../support/temp-project.ts';
import { load, SECRETS, SETTINGS } from './support.ts';

/** The places of a variable, from the strongest to the weakest. */
const PLACES = ['environment', '.env.prod', '.env'] as const;

/** Every way in which a variable can be in some of the places. */
const WAYS = [1, 2, 3, 4, 5, 6, 7].map((bits) => PLACES.filter((_, index) => (bits & (1 << index)) !== 0));

async function loadWith(name: string, value: (place: string) => string, places: readonly string[]) {
  const line = (place: string) => (places.includes(place) ? `${name}='${value(place)}'\n` : '# nothing\n');
  const others = Object.fromEntries(Object.entries(SECRETS).filter(([other]) => other !== name));
  return load(SETTINGS, {
    env: { ...others, ...(places.includes('environment') ? { [name]: value('environment') } : {}) },
    files: { '.env.prod': line('.env.prod'), '.env': line('.env') },
  });
}

it.each(WAYS)('a secret in %s %s %s must come from the first', async (...places) => {
  const { stack } = await loadWith('DB_PASSWORD', (place) => `from ${place}`, places.filter(Boolean));
  expect(stack.users[0]?.password?.reveal()).toBe(`from ${places[0]}`);
  const origin = places[0] === 'environment' ? 'the environment' : places[0];
  expect(stack.users[0]?.password?.origin).toBe(`DB_PASSWORD in ${origin}`);
});

it.each(WAYS)('an override in %s %s %s must come from the first', async (...places) => {
  const sizes: Record<string, string> = { environment: '1', '.env.prod': '2', '.env': '3' };
  const { stack } = await loadWith(
    'PGBOUNCER_DEFAULT_POOL_SIZE',
    (place) => sizes[place] ?? '',
    places.filter(Boolean),
  );
  expect(stack.pgbouncer.settings.get('default_pool_size')).toBe(sizes[places[0] ?? '']);
});

it('an override must beat the environment of the settings, which beats their base', async () => {
  const settings = SETTINGS.replace(
    'environments: { dev: {}, prod: {} }',
    'pgbouncer: { port: 1001, max_client_conn: 1, min_pool_size: 1 }\nenvironments: { prod: { pgbouncer: { port: 1002, max_client_conn: 2 } } }',
  );
  const { stack } = await load(settings, { files: { '.env.prod': 'PGBOUNCER_PORT=1003\n' } });
  expect(stack.pgbouncer.port).toBe(1003);
  expect(Object.fromEntries(stack.pgbouncer.settings)).toMatchObject({
    max_client_conn: '2',
    min_pool_size: '1',
  });
});

it('an empty variable of the process must count as not set', async () => {
  const { stack } = await load(SETTINGS, {
    env: { ...SECRETS, DB_PASSWORD: '', PGBOUNCER_PORT: '' },
    files: { '.env.prod': "DB_PASSWORD='plum'\n" },
  });
  expect(stack.users[0]?.password?.reveal()).toBe('plum');
  expect(stack.pgbouncer.port).toBe(6432);
});

it('the file of another environment must not be read', async () => {
  const { stack } = await load(SETTINGS, {
    files: { '.env.dev': 'PGBOUNCER_PORT=1\nthis line is broken\n' },
  });
  expect(stack.pgbouncer.port).toBe(6432);
});

it('a variable that holds a secret must not be taken for an override', async () => {
  const settings = SETTINGS.replace('env: DB_PASSWORD', 'env: PGBOUNCER_USER_PASSWORD');
  const { stack, warnings } = await load(settings, {
    env: SECRETS,
    files: { '.env.prod': "PGBOUNCER_USER_PASSWORD='plum-tree'\n" },
  });
  expect(stack.users[0]?.password?.reveal()).toBe('plum-tree');
  expect(warnings).toEqual([]);
});

it('a secret file must lose one line end and nothing else', async () => {
  const settings = SETTINGS.replace('env: DB_PASSWORD', 'file: db_password');
  for (const [text, expected] of [
    ['apple\n', 'apple'],
    ['apple\r\n', 'apple'],
    [' apple ', ' apple '],
    ['\uFEFFapple', 'apple'],
  ] as const) {
    const { stack } = await load(settings, { files: { db_password: text } });
    expect(stack.users[0]?.password?.reveal()).toBe(expected);
  }
});

it('a secret file may lie outside of the project, where Docker mounts secrets', async () => {
  const file = join(tempFolder(), 'db_password');
  writeFileSync(file, 'apple\n', { mode: 0o444 });
  const { stack } = await load(SETTINGS.replace('env: DB_PASSWORD', `file: ${file}`));
  expect(stack.users[0]?.password?.reveal()).toBe('apple');
  expect(stack.users[0]?.password?.origin).toContain('db_password');
});
