import { describe, expect, it } from 'vitest';
import { load, SETTINGS } from './support.ts';

const STATS = '  stats: { password: { env: ADMIN_PASSWORD }, role: stats }\n';
const monitoringOf = async (text: string) => (await load(`${SETTINGS}${text}\n`)).stack.monitoring;

describe('monitoring', () => {
  it('must be off unless it is named', async () => {
    const off = { prometheus: undefined, grafana: undefined, log: undefined, pgbadger: undefined };
    expect(await monitoringOf('')).toEqual(off);
    expect(await monitoringOf('monitoring: {}')).toEqual(off);
  });

  it('must write a log file wherever pgBadger is on', async () => {
    expect(await monitoringOf('monitoring: { pgbadger: {} }')).toMatchObject({
      log: { max_bytes: 104_857_600, keep: 7 },
      pgbadger: { image: 'matsuu/pgbadger:13.2', every_seconds: undefined, keep_weeks: 5, postgres: false },
    });
  });

  it.each([
    ['512k', 524_288],
    ['20M', 20_971_520],
    ['1g', 1_073_741_824],
  ])('must take a file of %s for %i bytes', async (max_size, bytes) => {
    expect((await monitoringOf(`monitoring: { log: { max_size: ${max_size} } }`)).log?.max_bytes).toBe(bytes);
  });

  it.each(['15d', '99y', '9999w', '99999d', '90s'])('must keep what it saw for %s', async (retention) => {
    const monitoring = `monitoring: { prometheus: { retention: ${retention} } }\n`;
    const { stack } = await load(SETTINGS.replace(/^environments/m, `${STATS}${monitoring}environments`));
    expect(stack.monitoring.prometheus?.server?.retention).toBe(retention);
  });

  it.each([
    ['30m', 1800],
    ['24h', 86_400],
    ['7d', 604_800],
  ])('must take every %s for %i seconds', async (every, seconds) => {
    const { pgbadger } = await monitoringOf(`monitoring: { pgbadger: { every: ${every} } }`);
    expect(pgbadger?.every_seconds).toBe(seconds);
  });
});
