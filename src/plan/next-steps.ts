import type { ComposeProject } from '../stack/compose-project.ts';
import type { Stack } from '../stack/stack.ts';
import type { Change } from './change.ts';
import {
  completeCommand,
  lockRolesCommand,
  reloadCommand,
  removeContainersCommand,
  restartCommand,
  rolesCommand,
  upCommand,
  upPoolCommand,
  upServicesCommand,
} from './commands.ts';
import { monitoringSteps } from './monitoring-steps.ts';
import { findNeeds, type Needs } from './needs.ts';
import type { NextStep } from './next-step.ts';

/**
 * What to run so that the changes take effect, and then to prove it.
 * @param names the project and the verify command, as people would type them
 */
export function nextSteps(
  changes: readonly Change[],
  stack: Stack,
  { project, verify }: { readonly project: ComposeProject; readonly verify: string },
): NextStep[] {
  const steps = orderSteps(findNeeds(changes, stack), stack, project);
  if (steps.length === 0) return [];
  // Unlike `up --wait`, a restart returns before the service is healthy again.
  const isRestarted = steps.some(({ kind }) => kind === 'restart');
  const command = isRestarted ? `${verify} --wait` : verify;
  return [...steps, { kind: 'verify', command, why: 'prove that it works', causes: [] }];
}

/**
 * The steps that meet needs, the least that does it: `up` where Compose must act, a reload where PgBouncer only
 * has to read its files again.
 */
export function orderSteps(needs: Needs, stack: Stack, project: ComposeProject): NextStep[] {
  return [
    ...(needs.start ? stepsToStart(needs, stack, project) : stepsToChange(needs, stack, project)),
    // After PgBouncer, which must know the password with which the exporter then logs in.
    ...monitoringSteps(needs.monitoring, project),
    ...stepsToRemove(needs),
  ];
}

/**
 * The stack's own Postgres runs the SQL itself when it first boots. The services of an adopted project run, and are
 * made anew only once PgBouncer does: Compose waits for its health before it goes on.
 */
function stepsToStart(needs: Needs, stack: Stack, project: ComposeProject): NextStep[] {
  const roles = stack.postgres.kind === 'external' ? rolesSteps(needs, stack, project) : [];
  const causes = ['nothing runs yet'];
  if (stack.adopted === undefined)
    return [...roles, { kind: 'start', command: upCommand(project), why: 'start the stack', causes }];
  const complete = 'start PgBouncer, and leave alone all that is there';
  const renew = 'start anew the services that go through it';
  return [
    { kind: 'start', command: completeCommand(project), why: complete, causes },
    { kind: 'recreate', command: upServicesCommand(project), why: renew, causes },
  ];
}

/**
 * The application comes last: it may log in as it starts, and what it logs in with must then be known to Postgres
 * and PgBouncer. Where docker-compose.yml changed, the two come first: as they run, they may not be what the
 * commands are for, such as a Postgres on another port.
 */
function stepsToChange(needs: Needs, stack: Stack, project: ComposeProject): NextStep[] {
  const live = [...rolesSteps(needs, stack, project), ...reloadSteps(needs, project)];
  const why = 'recreate what changed, and only that';
  const command = stack.adopted ? upServicesCommand(project) : upCommand(project);
  const up: NextStep = { kind: 'recreate', command, why, causes: needs.containers };
  const lock = lockSteps(needs, stack, project);
  if (!needs.services) return [...live, ...(needs.containers.length > 0 ? [up] : []), ...lock];
  const hasApp = stack.app !== undefined || stack.adopted !== undefined;
  // Its own Postgres waits for an app by itself; the services of others run, and are left alone if PgBouncer fails.
  if (!hasApp || (live.length === 0 && !stack.adopted)) return [up, ...live, ...lock];
  const upPool: NextStep = {
    kind: 'recreate',
    command: upPoolCommand(project),
    why: stack.adopted
      ? 'recreate what changed of PgBouncer'
      : 'recreate what changed of PgBouncer and Postgres',
    causes: needs.containers,
  };
  return [upPool, ...live, up, ...lock];
}

function rolesSteps({ roles }: Needs, stack: Stack, project: ComposeProject): NextStep[] {
  // Of an adopted project the roles are its own.
  if (roles.length === 0 || stack.adopted !== undefined) return [];
  const command = rolesCommand(stack, project);
  if (command === undefined) return [];
  if (stack.postgres.kind === 'own') {
    const why = 'bring roles, passwords and databases of the running Postgres in line';
    return [{ kind: 'roles', command, why, causes: roles }];
  }
  const why = 'store the passwords in Postgres the way the pool needs them';
  return [{ kind: 'roles', command, why, causes: roles, mayFail: true }];
}

function reloadSteps({ remembered, reload }: Needs, project: ComposeProject): NextStep[] {
  if (remembered.length > 0) {
    const why = `restart PgBouncer: under SCRAM a reload would still let in ${remembered.join(', ')}`;
    return [{ kind: 'restart', command: restartCommand(project), why, causes: reload }];
  }
  if (reload.length === 0) return [];
  const why = 'reload PgBouncer without dropping a connection';
  return [{ kind: 'reload', command: reloadCommand(project), why, causes: reload }];
}

/** After the application, which may have used the role until it was made anew. */
function lockSteps({ dropped }: Needs, { postgres }: Stack, project: ComposeProject): NextStep[] {
  if (postgres.kind !== 'own' || dropped.length === 0) return [];
  const why = `end the sessions of ${dropped.join(', ')} and keep them from logging in to Postgres: the settings name no such user any more`;
  return [{ kind: 'lock', command: lockRolesCommand(postgres, dropped, project), why, causes: dropped }];
}

function stepsToRemove({ left }: Needs): NextStep[] {
  if (left.length === 0) return [];
  const why = 'end what the settings do not name any more';
  return [{ kind: 'remove', command: removeContainersCommand(left), why, causes: left }];
}
