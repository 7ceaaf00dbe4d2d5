import { expect, it } from 'vitest';
import { compareScales } from '../../src/verify/scales.ts';
import { container } from './support.ts';

const crashed = { state: 'exited', exitCode: 1 };
const WANTED = new Map([
  ['web', 1],
  ['worker', 0],
  ['queue', 2],
]);

it('must know what runs in another number than the files say', () => {
  const running = [container('web'), container('web'), container('worker'), container('queue')];
  expect([...compareScales(running, WANTED)]).toEqual([
    ['web', 2],
    ['worker', 1],
    ['queue', 1],
  ]);
  expect(compareScales([container('web'), container('queue'), container('queue')], WANTED).size).toBe(0);
});

it('must count what has crashed for the moment, and not what is stopped', () => {
  const one = [container('web'), container('web', crashed)];
  expect([...compareScales(one, WANTED)]).toEqual([['web', 2]]);
  const two = [container('queue'), container('queue', crashed)];
  expect(compareScales(two, WANTED).size).toBe(0);
  expect(compareScales([container('worker', crashed)], WANTED).size).toBe(0);
});

it('must leave out what the files do not have, and expect one of each where nobody knows them', () => {
  const containers = [container('gone'), container('gone'), container('web')];
  expect(compareScales(containers, WANTED).size).toBe(0);
  expect([...compareScales(containers, undefined)]).toEqual([['gone', 2]]);
});
