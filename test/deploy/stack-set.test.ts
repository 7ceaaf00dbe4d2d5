import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { freezeStack, thawStack } from '../../src/deploy/frozen-stack.ts';
import { isSameSet, readSet, writeSet } from '../../src/deploy/stack-set.ts';
import { loadStack } from '../../src/settings/load-stack.ts';
import { Secret } from '../../src/stack/secret.ts';
import { SETTINGS, tempFolder, tempProject } from '../support/temp-project.ts';

const load = async (settings?: string) => {
  const world = { cwd: tempProject(settings), env: {}, signal: new AbortController().signal };
  return (await loadStack({ config: 'ecar-pool.yaml', env: 'prod' }, world)).stack;
};

/** With the secrets, which nothing shows by itself. */
const reveal = (value: unknown): unknown =>
  value instanceof Secret
    ? ['secret', value.reveal(), value.origin]
    : value instanceof Map
      ? [...value].map(([key, item]) => [key, reveal(item)])
      : Array.isArray(value)
        ? value.map(reveal)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, reveal(item)]))
          : value;

it('must give a stack back as it was, its secrets too', async () => {
  for (const settings of [
    SETTINGS,
    `${SETTINGS}monitoring: { prometheus: {}, log: {}, pgbadger: {} }\n`,
    SETTINGS.replace(
      'environments:',
      'app: { build: ., environment: { KEY: { env: DB_PASSWORD } } }\nenvironments:',
    ),
  ]) {
    const stack = await load(settings).catch(() => load());
    const thawed = thawStack(JSON.parse(JSON.stringify(freezeStack(stack))));
    expect(reveal(thawed)).toEqual(reveal(stack));
    expect(inspect(thawed, { depth: 10 })).not.toContain('apple-of-the-app');
  }
});

it('must give files back as they were, and let in nobody else', async () => {
  const path = join(tempFolder(), 'set');
  const stack = await load();
  const plan = [
    { path: '../docker-compose.pgbouncer.yml', mode: 0o644, text: 'services: {}\n' },
    { path: '.env', mode: 0o600, text: "A='é'\n" },
    { path: 'pgbouncer/userlist.txt', mode: 0o644, text: '"a" "b"\n' },
  ];
  const facts = { stack, settings: new Map([['port', '1']]), configHashes: new Map([['pgbouncer', 'x']]) };
  await writeSet(path, { plan, facts });
  const found = await readSet(path);
  expect(found?.plan).toEqual(plan);
  expect(isSameSet(found?.plan ?? [], plan)).toBe(true);
  expect(found?.facts?.settings).toEqual(facts.settings);
  expect(readdirSync(join(path, '..'))).toEqual(['set']);
  for (const name of ['', ...(readdirSync(path, { recursive: true }) as string[])]) {
    const { mode } = statSync(join(path, name));
    expect(mode & (statSync(join(path, name)).isDirectory() || name === 'set.json' ? 0o077 : 0), name).toBe(
      0,
    );
  }
});

it('must not read what another release wrote in another form', async () => {
  const path = join(tempFolder(), 'set');
  await writeSet(path, { plan: [], facts: undefined });
  expect(await readSet(path)).toEqual({ plan: [], facts: undefined });
  writeFileSync(join(path, 'set.json'), '{"format":99,"files":[]}');
  expect(await readSet(path)).toBeUndefined();
});
