import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { settle } from '../../src/deploy/settle.ts';
import { noteStanding, readStanding } from '../../src/deploy/standing.ts';
import { needAll } from '../../src/plan/needs.ts';
import { tempFolder } from '../support/temp-project.ts';

/** A rendered folder with steps outstanding, and the moment after that. */
async function rendered() {
  const folder = tempFolder();
  writeFileSync(join(folder, '.ecar-pool.json'), '{}');
  utimesSync(join(folder, '.ecar-pool.json'), 1000, 1000);
  await noteStanding(folder, { needs: needAll('a render') });
  return { folder, known: await readStanding(folder), since: Date.now() };
}

it('must have nothing outstanding once all was seen to run', async () => {
  const { folder, ...seen } = await rendered();
  await settle(folder, seen, undefined);
  expect((await readStanding(folder))?.needs).toBeUndefined();
  const rolledBack = { time: '2026-11-23T15-30-00Z', at: '2026-11-23T16:00:00Z', by: 'rollback' } as const;
  await settle(folder, { known: await readStanding(folder), since: Date.now() }, rolledBack);
  expect(await readStanding(folder)).toMatchObject({ rolledBack });
});

it.each<[string, (folder: string) => unknown]>([
  ['a render', (folder) => writeFileSync(join(folder, '.ecar-pool.json'), '{ }')],
  ['a note of the same content', (folder) => noteStanding(folder, { needs: needAll('a render') })],
  ['a deploy', (folder) => writeFileSync(join(folder, '.ecar-pool/lock'), '')],
])('must leave what is outstanding after %s meanwhile', async (_, meanwhile) => {
  const { folder, ...seen } = await rendered();
  mkdirSync(join(folder, '.ecar-pool'), { recursive: true });
  await meanwhile(folder);
  await settle(folder, seen, undefined);
  expect((await readStanding(folder))?.needs).toBeDefined();
});
