import { CONFIG_LABEL } from '../stack/labels.ts';
import { MONITORING_SERVICES } from '../stack/monitoring.ts';
import type { Stack } from '../stack/stack.ts';
import type { Change } from './change.ts';
import {
  lockRolesCommand,
  reloadCommand,
  removeContainersCommand,
  restartCommand,
  restartServiceCommand,
  rolesCommand,
  upCommand,
  upPoolCommand,
} from './commands.ts';
import { listDroppedRoles, listRememberedUsers } from './dropped-users.ts';
import { listLeftContainers } from './left-containers.ts';
import { monitoringSteps } from './monitoring-steps.ts';
import type { NextStep } from './next-step.ts';

/**
 * What to run so that the changes take effect, the least that does it: `up` where Compose must act, a reload
 * where PgBouncer only has to read its files again.
 * @param names the output folder and the verify command, as people would type them
 */
export function nextSteps(
  changes: readonly Change[],
  stack: Stack,
  { folder, verify }: { readonly folder: string; readonly verify: string },
): NextStep[] {
  const changed = changes.filter(({ kind }) => kind !== 'unchanged');
  const isFirst = changed.some(({ kind, path }) => kind === 'create' && path === COMPOSE_FILE);
  const steps = [
    ...(isFirst ? stepsToStart(changed, stack, folder) : stepsToChange(changes, stack, folder)),
    // After PgBouncer, which must know the password with which the exporter then logs in.
    ...monitoringSteps(changes, folder),
    ...stepsToRemove(changes),
  ];
  if (steps.length === 0) return [];
  // Unlike `up --wait`, a restart returns before the service is healthy again.
  const restarts = ['pgbouncer', ...Object.values(MONITORING_SERVICES)].map((service) =>
    restartServiceCommand(folder, service),
  );
  const isRestarted = steps.some(({ command }) => restarts.includes(command));
  return [...steps, { command: isRestarted ? `${verify} --wait` : verify, why: 'prove that it works' }];
}

const COMPOSE_FILE = 'docker-compose.yml';

/** The stack's own Postgres runs the SQL itself when it first boots. */
function stepsToStart(changed: readonly Change[], stack: Stack, folder: string): NextStep[] {
  const roles = stack.postgres.kind === 'external' ? rolesSteps(changed, stack, folder) : [];
  return [...roles, { command: upCommand(folder), why: 'start the stack' }];
}

/**
 * The application comes last: it may log in as it starts, and what it logs in with must then be known to Postgres
 * and PgBouncer. Where docker-compose.yml changed, the two come first: as they run, they may not be what the
 * commands are for, such as a Postgres on another port.
 */
function stepsToChange(changes: readonly Change[], stack: Stack, folder: string): NextStep[] {
  const changed = changes.filter(({ kind }) => kind !== 'unchanged');
  const live = [...rolesSteps(changed, stack, folder), ...reloadSteps(changed, folder)];
  const up = { command: upCommand(folder), why: 'recreate what changed, and only that' };
  const lock = lockSteps(changes, stack, folder);
  const compose = changed.find(({ path }) => path === COMPOSE_FILE);
  if (!changesServices(compose))
    return [...live, ...(compose !== undefined || changesInterpolation(changes) ? [up] : []), ...lock];
  if (stack.app === undefined || live.length === 0) return [up, ...live, ...lock];
  const upPool = { command: upPoolCommand(folder), why: 'recreate what changed of PgBouncer and Postgres' };
  return [upPool, ...live, up, ...lock];
}

function rolesSteps(changed: readonly Change[], stack: Stack, folder: string): NextStep[] {
  if (!changed.some(({ path, kind }) => path.endsWith('.sql') && kind !== 'remove')) return [];
  const why =
    stack.postgres.kind === 'own'
      ? 'bring roles, passwords and databases of the running Postgres in line'
      : 'store the passwords in Postgres the way the pool needs them';
  return [{ command: rolesCommand(stack, folder), why }];
}

function reloadSteps(changed: readonly Change[], folder: string): NextStep[] {
  const remembered = listRememberedUsers(changed);
  if (remembered.length > 0) {
    const why = `restart PgBouncer: under SCRAM a reload would still let in ${remembered.join(', ')}`;
    return [{ command: restartCommand(folder), why }];
  }
  if (!changed.some(({ path }) => path.startsWith('pgbouncer/'))) return [];
  return [{ command: reloadCommand(folder), why: 'reload PgBouncer without dropping a connection' }];
}

/** After the application, which may have used the role until it was made anew. */
function lockSteps(changes: readonly Change[], { postgres }: Stack, folder: string): NextStep[] {
  const roles = listDroppedRoles(changes);
  if (postgres.kind === 'external' || roles.length === 0) return [];
  const why = `keep ${roles.join(', ')} from logging in to Postgres: the settings name no such user any more`;
  return [{ command: lockRolesCommand(postgres, roles, folder), why }];
}

function stepsToRemove(changes: readonly Change[]): NextStep[] {
  const left = listLeftContainers(changes.find(({ path }) => path === COMPOSE_FILE));
  if (left.length === 0) return [];
  return [{ command: removeContainersCommand(left), why: 'end what the settings do not name any more' }];
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
