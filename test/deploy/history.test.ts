import { expect, it } from 'vitest';
import { keepProved, listHistory, readCurrent, readTrail, setCurrent } from '../../src/deploy/history.ts';
import { tempFolder } from '../support/temp-project.ts';

let count = 0;

/** A set like no other. */
const newSet = () => ({
  plan: [{ path: '.env', mode: 0o600, text: `${count++}` }],
  facts: undefined,
});

it('must keep the last five, the newest first, even of one second', async () => {
  const folder = tempFolder();
  const times: string[] = [];
  while (times.length < 7) times.push(await keepProved(folder, newSet()));
  expect(new Set(times).size).toBe(7);
  expect(await listHistory(folder)).toEqual(times.slice(-5).reverse());
  expect(await readTrail(folder)).toEqual(times.slice(-5));
});

it('must lead back step by step, past what was put away by a rollback', async () => {
  const folder = tempFolder();
  const [first = '', second = ''] = [await keepProved(folder, newSet()), await keepProved(folder, newSet())];
  await setCurrent(folder, first);
  expect(await readCurrent(folder)).toBe(first);
  const third = await keepProved(folder, newSet());
  expect(await readTrail(folder)).toEqual([first, third]);
  await setCurrent(folder, second);
  expect(await readTrail(folder)).toEqual([first, third, second]);
  expect(await listHistory(folder)).toEqual([third, second, first]);
});

it('must not keep the same files twice in a row: there is no way back from them to themselves', async () => {
  const folder = tempFolder();
  const [one, other] = [newSet(), newSet()];
  const first = await keepProved(folder, one);
  const second = await keepProved(folder, other);
  const again = await keepProved(folder, other);
  expect(again > second).toBe(true);
  expect(await listHistory(folder)).toEqual([again, first]);
  expect(await readTrail(folder)).toEqual([first, again]);
  // Back at the first one, the same as before the other is another way.
  const third = await keepProved(folder, one);
  expect(await readTrail(folder)).toEqual([first, again, third]);
  await setCurrent(folder, first);
  const fourth = await keepProved(folder, one);
  expect(await readTrail(folder)).toEqual([fourth]);
  expect(await listHistory(folder)).toEqual([fourth, third, again]);
});
