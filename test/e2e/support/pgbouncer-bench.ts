import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.ts';

const SCRIPT = readFileSync(join(import.meta.dirname, 'probe-settings.sh'), 'utf8');

export type Section = 'pgbouncer' | 'databases' | 'users' | 'peers';

export interface Trial {
  readonly section: Section;
  readonly key: string;
  readonly value: string;
}

/** What came of a trial: `rows` are the lines of SHOW CONFIG, or of the section; empty where nobody got in. */
export interface Verdict {
  readonly trial: Trial;
  readonly started: boolean;
  readonly rows: readonly (readonly string[])[];
}

/** Has the PgBouncer of an image start with one setting after the other, each by itself. */
export async function tryOut(image: string, trials: readonly Trial[]): Promise<Verdict[]> {
  const input = trials.map(({ section, key, value }) => `${section}\t${key}\t${value}\n`).join('');
  const args = ['run', '--rm', '-i', '--network', 'none', '--label', 'ecar-pool-e2e=catalogue'];
  const { stdout } = await run('docker', [...args, '--entrypoint', 'sh', image, '-c', SCRIPT], {
    cwd: process.cwd(),
    input,
    timeoutMs: 110_000,
  });
  const lines = stdout.split('\n').slice(0, -1);
  if (lines.length !== trials.length)
    throw new Error(`${trials.length} settings were tried, ${lines.length} answers came:\n${stdout}`);
  return trials.map((trial, index) => {
    const [state, ...shown] = (lines[index] ?? '').split('\t');
    const rows = shown.join('\t').split('|').filter(Boolean);
    return { trial, started: state === 'started', rows: rows.map((row) => row.split('\t')) };
  });
}

/** What SHOW CONFIG shows of the setting that was tried; undefined where nobody got in to look. */
export function shownValue({ trial, rows }: Verdict): string | undefined {
  return rows.find(([key]) => key === trial.key)?.[1];
}
