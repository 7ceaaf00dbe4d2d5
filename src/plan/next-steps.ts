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
 * @param folder the output folder as people would type it
 */
export function nextSteps(changes: readonly Change[], stack: Stack, folder: string): NextStep[] {
  const changed = changes.filter(({ kind }) => kind !== 'unchanged');
  const touches = (test: (path: string) => boolean) => changed.some(({ path }) => test(path));
  const isFirst = changed.some(({ kind, path }) => kind === 'create' && path === 'docker-compose.yml');
  const compose = `docker compose -f ${folder}/docker-compose.yml`;
  const steps: NextStep[] = [];
  if (stack.postgres.kind === 'external' && touches((path) => path.endsWith('.sql'))) {
    const { host, port } = stack.postgres;
    steps.push({
      command: `psql -h ${host} -p ${port} -U postgres -f ${folder}/postgres/alter-roles.sql`,
      why: 'store the passwords in Postgres the way the pool needs them',
    });
  }
  if (touches((path) => path === 'docker-compose.yml' || path === '.env')) {
    steps.push({
      command: `${compose} up -d --wait`,
      why: isFirst ? 'start the stack' : 'recreate what changed, and only that',
    });
  }
  if (stack.postgres.kind === 'own' && !isFirst && touches((path) => path.endsWith('.sql'))) {
    steps.push({
      command: `${compose} exec -T postgres psql -X -U ${stack.postgres.user} -d postgres -f ${INIT_FOLDER}/${INIT_FILE}`,
      why: 'bring roles, passwords and databases of the running Postgres in line',
    });
  }
  if (!isFirst && touches((path) => path.startsWith('pgbouncer/'))) {
    steps.push({
      command: `${compose} kill -s HUP pgbouncer`,
      why: 'reload PgBouncer without dropping a connection',
    });
  }
  if (steps.length > 0)
    steps.push({ command: `ecar-pool verify --env ${stack.environment}`, why: 'prove that it works' });
  return steps;
}
