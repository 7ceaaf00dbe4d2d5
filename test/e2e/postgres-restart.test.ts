import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { appLogin, connect, type Login } from './support/database.ts';
import { IMAGES } from './support/images.ts';
import { renderAndFollow } from './support/next-steps.ts';
import type { Project } from './support/project.ts';
import { useProject } from './support/use-project.ts';

const LIMIT_MS = 10_000;

describe('a client that keeps querying', () => {
  const useStack = useProject('restart', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres17);
    expect((await renderAndFollow(project)).verified.code).toBe(0);
  });

  it('must be served again within 10 s when Postgres restarts', async () => {
    const project = useStack();
    const querying = new AbortController();
    const answers = keepQuerying(project, await appLogin(project), querying.signal);
    await sleep(1000);
    await project.compose(['restart', 'postgres']);
    await sleep(LIMIT_MS);
    querying.abort();
    const times = await answers;
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    const outageMs = Math.round(Math.max(...gaps));
    console.log(`Postgres restarted: ${times.length} answers, ${outageMs} ms without any`);
    expect(outageMs).toBeLessThan(LIMIT_MS);
    // Without an outage nothing was proved.
    expect(outageMs).toBeGreaterThan(200);
  });
});

/** Queries as fast as an application might, reconnecting after an error; gives when answers came. */
async function keepQuerying(project: Project, login: Login, signal: AbortSignal): Promise<number[]> {
  const times = [performance.now()];
  let client: pg.Client | undefined;
  while (!signal.aborted) {
    try {
      client ??= await connect(project, login);
      await client.query('SELECT 1');
      times.push(performance.now());
    } catch {
      await client?.end().catch(() => {});
      client = undefined;
    }
    await sleep(50);
  }
  await client?.end();
  times.push(performance.now());
  return times;
}
