import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { settle } from '../../src/deploy/settle.ts';
import { dateRemembered, forgetStanding, noteStanding, readStanding } from '../../src/deploy/standing.ts';
import { needAll, onlyShutOut } from '../../src/plan/needs.ts';
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

it('must keep what was not proved, and date it by when it came about', async () => {
  const { folder, ...seen } = await rendered();
  const left = onlyShutOut({ dropped: ['eve'], remembered: ['bob'] });
  await settle(folder, seen, undefined, left);
  expect((await readStanding(folder))?.needs).toEqual(left);
  const known = { rememberedSince: { bob: 'then', eve: 'then', ann: 'then' } };
  const dates = dateRemembered(known, ['bob', 'eve', 'new'], ['eve', 'new']);
  expect(dates).toEqual({ bob: 'then', eve: expect.stringMatching(/^20/), new: dates['eve'] });
});

it('must know who is to be kept out even where nobody knows what runs', async () => {
  const { folder } = await rendered();
  await forgetStanding(folder);
  expect(await readStanding(folder)).toBeUndefined();
  const shutOut = { dropped: ['eve'], remembered: ['bob'] };
  const rememberedSince = { bob: '2026-11-23T16:00:00Z' };
  await noteStanding(folder, { needs: { ...needAll('a render'), ...shutOut }, rememberedSince });
  await forgetStanding(folder);
  expect(await readStanding(folder)).toMatchObject({ needs: onlyShutOut(shutOut), rememberedSince });
});
