import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GOLDEN, planScenario, SCENARIOS } from '../support/golden.ts';

describe.each(SCENARIOS)('the files of %s', (scenario) => {
  const expected = join(GOLDEN, scenario, 'expected');

  it('must be these, to the byte', async () => {
    const { plan } = await planScenario(scenario);
    for (const { path, text } of plan) await expect(text).toMatchFileSnapshot(join(expected, path));
    const files = readdirSync(expected, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(expected, join(entry.parentPath, entry.name)));
    expect(files.sort()).toEqual(plan.map(({ path }) => path).sort());
  });

  it('must be the same when planned again', async () => {
    expect((await planScenario(scenario)).plan).toEqual((await planScenario(scenario)).plan);
  });
});
