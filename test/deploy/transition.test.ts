import { expect, it } from 'vitest';
import { noteStanding, readStanding } from '../../src/deploy/standing.ts';
import { bringAbout, type Hands } from '../../src/deploy/transition.ts';
import { applyChanges } from '../../src/plan/apply.ts';
import { comparePlan } from '../../src/plan/compare.ts';
import { onlyShutOut } from '../../src/plan/needs.ts';
import type { NextStep } from '../../src/plan/next-step.ts';
import type { Verdict } from '../../src/verify/verify.ts';
import { planScenario } from '../support/golden.ts';
import { tempFolder } from '../support/temp-project.ts';

const verdict = (status: 'ok' | 'fail'): Verdict => ({
  rows: [{ id: 'login', title: 'login', status, observed: status, ms: 0 }] as unknown as Verdict['rows'],
  pools: [],
  stats: [],
  databases: [],
});

const LEAVE = {
  kind: 'recreate',
  command: 'true',
  why: 'have your services as they were',
  causes: [],
} as const;

const step = (why: string, other: Partial<NextStep> = {}): NextStep => ({
  kind: 'recreate',
  command: 'true',
  why,
  causes: [],
  ...other,
});
const LOGINS = step('prove the logins', { kind: 'logins' });
const SERVICES = step('services anew', { touchesServices: true });

/** Has a deploy fail at its checks, or pass them. Gives how it ended, and what was told on the way. */
async function deploy(
  hasBefore: boolean,
  steps: readonly NextStep[] = [SERVICES],
  logins: 'ok' | 'fail' = 'ok',
  { folder = tempFolder(), checks = 'fail' as 'ok' | 'fail' } = {},
) {
  const { stack, plan } = await planScenario('minimal');
  const facts = { stack, settings: new Map(), configHashes: new Map() };
  const before = { plan: plan.map((file) => ({ ...file, text: `${file.text}\n` })), facts };
  const { signal } = new AbortController();
  if (hasBefore) await applyChanges(await comparePlan(before.plan, folder), folder, { force: false, signal });
  const told: string[] = [];
  const hands: Hands = {
    signal,
    run: async ({ why }) => void told.push(`run: ${why}`),
    verify: async (_, isUndoing) => verdict(isUndoing ? 'ok' : checks),
    proveLogins: async () => verdict(logins),
    lastWords: async () => [],
    stepsBack: () => steps,
    async show(what, task, isGood = () => true) {
      const value = await task();
      told.push(`${isGood(value) ? 'ok' : 'FAIL'}: ${what}`);
      return value;
    },
    tell: (text) => told.push(text),
    explain: ({ step }) => told.push(`why: ${step}`),
  };
  const ending = await bringAbout(
    {
      command: 'deploy',
      folder,
      target: { plan, facts },
      time: undefined,
      before: hasBefore ? before : undefined,
      scales: new Map(),
      changes: await comparePlan(plan, folder),
      steps,
      stepsWithout: [LEAVE],
      isResumed: false,
    },
    hands,
  );
  return { ending, told: told.filter((line) => !/ (?:write|put) /.test(line)) };
}

it('must say what failed before it goes back, and call no failed check ok', async () => {
  const { ending, told } = await deploy(true, []);
  expect(ending.kind).toBe('undone');
  expect(told).toEqual(['FAIL: verify', 'why: verify', 'rolling back to what ran before', 'ok: verify']);
});

it('must go back to what was there before ecar-pool where that is all there is', async () => {
  const { ending, told } = await deploy(false);
  expect(ending).toMatchObject({ kind: 'left', isWithout: true, isTouched: true, trouble: undefined });
  expect(told.slice(-4)).toEqual(['FAIL: verify', 'why: verify', `run: ${LEAVE.why}`, `ok: ${LEAVE.why}`]);
});

it.each([true, false])(
  'must touch no service of others before the logins are proved, nor on the way back (before: %s)',
  async (hasBefore) => {
    const { ending, told } = await deploy(hasBefore, [step('pool'), LOGINS, SERVICES], 'fail');
    expect(ending).toMatchObject({ isTouched: false, failure: { step: LOGINS.why } });
    expect(told.slice(0, 4)).toEqual(['run: pool', 'ok: pool', `FAIL: ${LOGINS.why}`, `why: ${LOGINS.why}`]);
    expect(told.filter((line) => line.includes(SERVICES.why) || line.includes(LEAVE.why))).toEqual([]);
    expect(told.filter((line) => line.endsWith(LOGINS.why))).toHaveLength(2);
  },
);

it('must bring the services back that it has touched', async () => {
  const { ending, told } = await deploy(true, [LOGINS, SERVICES]);
  expect(ending).toMatchObject({ kind: 'undone', isTouched: true });
  expect(told.filter((line) => line === `run: ${SERVICES.why}`)).toHaveLength(2);
});

it('must not forget on the way back who was to be kept out before, and is not among those of before', async () => {
  const folder = tempFolder();
  const needs = onlyShutOut({ dropped: ['bob', 'ecar_user'], remembered: ['bob'] });
  const rememberedSince = { bob: '2026-11-23T16:00:00Z' };
  await noteStanding(folder, { needs, rememberedSince });
  const { ending } = await deploy(true, [], 'ok', { folder });
  expect(ending).toMatchObject({ kind: 'undone' });
  expect(await readStanding(folder)).toMatchObject({
    needs: onlyShutOut({ dropped: ['bob'], remembered: ['bob'] }),
    rememberedSince,
  });
});

it('must tell whom it leaves to others to keep out, and keep nothing of it on record', async () => {
  const folder = tempFolder();
  const lock = step('lock', { kind: 'lock', byHand: true, causes: ['bob'] });
  const own = step('lock', { kind: 'lock', causes: ['eve'] });
  const { ending, told } = await deploy(true, [own, lock], 'ok', { folder, checks: 'ok' });
  expect(ending).toMatchObject({ kind: 'done' });
  expect(told.filter((line) => line.startsWith('run: '))).toEqual(['run: lock']);
  expect(told.some((line) => line.includes('left to you, lock'))).toBe(true);
  expect(await readStanding(folder)).toBeDefined();
  expect((await readStanding(folder))?.needs).toBeUndefined();
});
