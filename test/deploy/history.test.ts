import { expect, it } from 'vitest';
import { keepProved, listHistory, readCurrent, readTrail, setCurrent } from '../../src/deploy/history.ts';
import { tempFolder } from '../support/temp-project.ts';

const SET = { plan: [{ path: '.env', mode: 0o600, text: '' }], facts: undefined };

it('must keep the last five, the newest first, even of one second', async () => {
  const folder = tempFolder();
  const times: string[] = [];
  for (let count = 0; count < 7; count++) times.push(await keepProved(folder, SET));
  expect(new Set(times).size).toBe(7);
  expect(await listHistory(folder)).toEqual(times.slice(-5).reverse());
  expect(await readTrail(folder)).toEqual(times.slice(-5));
});

it('must lead back step by step, past what was put away by a rollback', async () => {
  const folder = tempFolder();
  const [first = '', second = ''] = [await keepProved(folder, SET), await keepProved(folder, SET)];
  await setCurrent(folder, first);
  expect(await readCurrent(folder)).toBe(first);
  const third = await keepProved(folder, SET);
  expect(await readTrail(folder)).toEqual([first, third]);
  await setCurrent(folder, second);
  expect(await readTrail(folder)).toEqual([first, third, second]);
  expect(await listHistory(folder)).toEqual([third, second, first]);
});
