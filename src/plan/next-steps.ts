import type { Stack } from '../stack/stack.ts';
import { INIT_FILE, INIT_FOLDER } from '../writers/role-sql.ts';
import type { Change } from './change.ts';

/** A command that makes rendered files live, and what it does. */
export interface NextStep {
  readonly command: string;
  readonly why: string;
}

/**
 * What to run so that the changes take effect, the least that does it: `up` where Compose must act, a reload
 * where PgBouncer only has to read its files again.
 * @param names the output folder and the verify command, as people would type them
 */
export function nextSteps(
  changes: readonly Change[],
  stack: Stack,
  names: { readonly folder: string; readonly verify: string },
): NextStep[] {
  const changed = changes.filter(({ kind }) => kind !== 'unchanged');
  const touches = (test: (path: string) => boolean) => changed.some(({ path }) => test(path));
  const isFirst = changed.some(({ kind, path }) => kind === 'create' && path === 'docker-compose.yml');
  const inFolder = (path: string) => quoteWord(`${names.folder}/${path}`);
  const compose = `docker compose -f ${inFolder('docker-compose.yml')}`;
  const steps: NextStep[] = [];
  if (stack.postgres.kind === 'external' && touches((path) => path.endsWith('.sql'))) {
    const { host, port } = stack.postgres;
    steps.push({
      command: `psql -h ${host} -p ${port} -U postgres -f ${inFolder('postgres/alter-roles.sql')}`,
      why: 'store the passwords in Postgres the way the pool needs them',
    });
  }
  if (touches((path) => path === 'docker-compose.yml') || changesInterpolation(changes)) {
    steps.push({
      command: `${compose} up -d --wait`,
      why: isFirst ? 'start the stack' : 'recreate what changed, and only that',
    });
  }
  if (stack.postgres.kind === 'own' && !isFirst && touches((path) => path.endsWith('.sql'))) {
    steps.push({
      command: `${compose} exec -T postgres psql -X -U ${quoteWord(stack.postgres.user)} -d postgres -f ${INIT_FOLDER}/${INIT_FILE}`,
      why: 'bring roles, passwords and databases of the running Postgres in line',
    });
  }
  if (!isFirst && touches((path) => path.startsWith('pgbouncer/'))) {
    steps.push({
      command: `${compose} kill -s HUP pgbouncer`,
      why: 'reload PgBouncer without dropping a connection',
    });
  }
  if (steps.length > 0) steps.push({ command: names.verify, why: 'prove that it works' });
  return steps;
}

/** Whether a variable changed that the Compose file interpolates: others in .env are for people and scripts. */
function changesInterpolation(changes: readonly Change[]): boolean {
  const compose = changes.find(({ path }) => path === 'docker-compose.yml')?.after?.text ?? '';
  const dotenv = changes.find(({ path }) => path === '.env');
  const before = new Set(dotenv?.before?.split('\n'));
  const changed = (dotenv?.after?.text.split('\n') ?? []).filter((line) => !before.has(line));
  return changed.some((line) => compose.includes(`\${${line.split('=')[0]}:`));
}

/** A word as a POSIX shell reads it back. */
function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
