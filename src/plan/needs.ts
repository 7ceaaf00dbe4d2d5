import { CONFIG_LABEL } from '../stack/labels.ts';
import type { Stack } from '../stack/stack.ts';
import type { Change } from './change.ts';
import { listDroppedRoles, listRememberedUsers } from './dropped-users.ts';
import { findMonitoringNeeds, type MonitoringNeed } from './monitoring-steps.ts';

/** What has to happen to what runs so that changed files take effect; facts, in no order. */
export interface Needs {
  /** There is no stack yet. */
  readonly start: boolean;
  /** Services are defined otherwise: as they run, they may not be what other commands are for. */
  readonly services: boolean;
  /** Containers are to be made anew, for values that Compose puts into them at least. */
  readonly containers: boolean;
  /** The SQL of roles and databases is to be run. */
  readonly roles: boolean;
  /** PgBouncer is to read its files. */
  readonly reload: boolean;
  /** Users whom PgBouncer would let in until it is restarted. */
  readonly remembered: readonly string[];
  /** Roles of the stack's own Postgres that are to log in no more. */
  readonly dropped: readonly string[];
  readonly monitoring: readonly MonitoringNeed[];
}

const COMPOSE_FILE = 'docker-compose.yml';

/** What changes of files need, the least that does it. */
export function findNeeds(changes: readonly Change[], { postgres }: Pick<Stack, 'postgres'>): Needs {
  const changed = changes.filter(({ kind }) => kind !== 'unchanged');
  const compose = changed.find(({ path }) => path === COMPOSE_FILE);
  return {
    start: compose?.kind === 'create',
    services: changesServices(compose),
    containers: compose !== undefined || changesInterpolation(changes),
    roles: changed.some(({ path }) => path.endsWith('.sql')),
    reload: changed.some(({ path }) => path.startsWith('pgbouncer/')),
    remembered: listRememberedUsers(changed),
    dropped: postgres.kind === 'external' ? [] : listDroppedRoles(changes),
    monitoring: findMonitoringNeeds(changes),
  };
}

/** Whether services are defined otherwise now; the hash of a new password alone changes no definition. */
function changesServices(compose: Change | undefined): boolean {
  const [before, after] = [compose?.before, compose?.after?.text].map((text = '') =>
    text
      .split('\n')
      .filter((line) => !line.includes(CONFIG_LABEL))
      .join('\n'),
  );
  return before !== after;
}

/** Whether a variable changed that the Compose file interpolates: others in .env are for people and scripts. */
function changesInterpolation(changes: readonly Change[]): boolean {
  const compose = changes.find(({ path }) => path === COMPOSE_FILE)?.after?.text ?? '';
  const dotenv = changes.find(({ path }) => path === '.env');
  const before = new Set(dotenv?.before?.split('\n'));
  const changed = (dotenv?.after?.text.split('\n') ?? []).filter((line) => !before.has(line));
  return changed.some((line) => compose.includes(`\${${line.split('=')[0]}:`));
}
