import { expect, it } from 'vitest';
import { bringAbout, type Hands } from '../../src/deploy/transition.ts';
import { applyChanges } from '../../src/plan/apply.ts';
import { comparePlan } from '../../src/plan/compare.ts';
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

/** Has a deploy fail at its checks. Gives how it ended, and what was told on the way. */
async function fail(hasBefore: boolean) {
  const folder = tempFolder();
  const { stack, plan } = await planScenario('minimal');
  const facts = { stack, settings: new Map(), configHashes: new Map() };
  const before = { plan: plan.map((file) => ({ ...file, text: `${file.text}\n` })), facts };
  const { signal } = new AbortController();
  if (hasBefore) await applyChanges(await comparePlan(before.plan, folder), folder, { force: false, signal });
  const told: string[] = [];
  const hands: Hands = {
    signal,
    run: async ({ why }) => void told.push(`run: ${why}`),
    verify: async (_, isUndoing) => verdict(isUndoing ? 'ok' : 'fail'),
    stepsBack: () => [],
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
      changes: await comparePlan(plan, folder),
      steps: [],
      stepsWithout: [LEAVE],
      isResumed: false,
    },
    hands,
  );
  return { ending, told: told.filter((line) => !/ (?:write|put) /.test(line)) };
}

it('must say what failed before it goes back, and call no failed check ok', async () => {
  const { ending, told } = await fail(true);
  expect(ending.kind).toBe('undone');
  expect(told).toEqual(['FAIL: verify', 'why: verify', 'rolling back to what ran before', 'ok: verify']);
});

it('must go back to what was there before ecar-pool where that is all there is', async () => {
  const { ending, told } = await fail(false);
  expect(ending).toMatchObject({ kind: 'left', isWithout: true, trouble: undefined });
  expect(told).toEqual(['FAIL: verify', 'why: verify', `run: ${LEAVE.why}`, `ok: ${LEAVE.why}`]);
});
