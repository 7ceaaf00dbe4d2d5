import type { ComposeProject } from '../stack/compose-project.ts';
import type { Stack } from '../stack/stack.ts';
import {
  completeCommand,
  lockRolesCommand,
  reloadCommand,
  removeContainersCommand,
  restartCommand,
  rolesCommand,
  startPoolCommand,
  startServerCommand,
  upCommand,
  upPoolCommand,
  upServicesCommand,
} from './commands.ts';
import { monitoringSteps } from './monitoring-steps.ts';
import type { Needs } from './needs.ts';
import type { NextStep } from './next-step.ts';

/** The project, and the command that verifies it, as people would type it. */
interface Names {
  readonly project: ComposeProject;
  readonly verify: string;
}

/** What to run so that needs are met, and then to prove it. */
export function nextSteps(needs: Needs, stack: Stack, names: Names): NextStep[] {
  const steps = orderSteps(needs, stack, names);
  if (steps.length === 0) return [];
  // Unlike `up --wait`, a restart returns before the service is healthy again.
  const isRestarted = steps.some(({ kind }) => kind === 'restart');
  const command = isRestarted ? `${names.verify} --wait` : names.verify;
  return [...steps, { kind: 'verify', command, why: 'prove that it works', causes: [] }];
}

/**
 * The steps that meet needs, the least that does it: `up` where Compose must act, a reload where PgBouncer only
 * has to read its files again.
 */
export function orderSteps(needs: Needs, stack: Stack, names: Names): NextStep[] {
  const { project } = names;
  const steps = needs.start ? stepsToStart(needs, stack, project) : stepsToChange(needs, stack, project);
  return [
    ...proveLogins(steps, needs, names),
    ...stepsToRelease(needs, project),
    // After PgBouncer, which must know the password with which the exporter then logs in.
    ...monitoringSteps(needs.monitoring, project),
    ...stepsToRemove(needs),
  ];
}

/**
 * The services of others are touched once it is certain that they will get in: until then they run as they did. Not
 * where PgBouncer has left the port that they know, so that they do not run until they are made anew.
 */
function proveLogins(steps: readonly NextStep[], { moves }: Needs, { verify }: Names): NextStep[] {
  const first = steps.findIndex(({ touchesServices }) => touchesServices);
  if (first === -1 || moves) return [...steps];
  const why = 'prove that the passwords get through the pool, before any service is touched';
  const logins: NextStep = { kind: 'logins', command: `${verify} --logins --wait`, why, causes: [] };
  return [...steps.slice(0, first), logins, ...steps.slice(first)];
}

/**
 * The stack's own Postgres runs the SQL itself when it first boots. The services of an adopted project run, and are
 * made anew only once they can log in: what they depend on may be missing, and `--no-deps` would not start it.
 */
function stepsToStart(needs: Needs, stack: Stack, project: ComposeProject): NextStep[] {
  const roles = stack.postgres.kind === 'external' ? rolesSteps(needs, stack, project) : [];
  const causes = ['nothing runs yet'];
  if (stack.adopted === undefined)
    return [...roles, { kind: 'start', command: upCommand(project), why: 'start the stack', causes }];
  const pool = 'start PgBouncer, and leave alone all that is there';
  const complete = 'start what is missing of what goes through it';
  const touchesServices = true;
  return [
    { kind: 'start', command: startPoolCommand(project), why: pool, causes },
    { kind: 'start', command: completeCommand(project), why: complete, causes: [], touchesServices },
    { ...renewServices(project), causes },
  ];
}

/** Makes anew what goes through the pool of an adopted project. */
function renewServices(project: ComposeProject): NextStep {
  const why = 'start anew the services that go through it';
  const cost = 'each service that is made anew is away until it has started';
  return {
    kind: 'recreate',
    command: upServicesCommand(project),
    why,
    cost,
    causes: [],
    touchesServices: true,
  };
}

/**
 * The application comes last: it may log in as it starts, and what it logs in with must then be known to Postgres
 * and PgBouncer. Where docker-compose.yml changed, the two come first: as they run, they may not be what the
 * commands are for, such as a Postgres on another port.
 */
function stepsToChange(needs: Needs, stack: Stack, project: ComposeProject): NextStep[] {
  const live = [...rolesSteps(needs, stack, project), ...reloadSteps(needs, project)];
  const why = 'recreate what changed, and only that';
  const up: NextStep = stack.adopted
    ? { ...renewServices(project), why, causes: needs.containers }
    : { kind: 'recreate', command: upCommand(project), why, cost: ANEW, causes: needs.containers };
  const lock = lockSteps(needs, stack, project);
  const server = serverSteps(needs, stack, project);
  const relearn = server.length > 0 ? [relearnStep(needs, project)] : [];
  if (!needs.services)
    return [...server, ...relearn, ...live, ...(needs.containers.length > 0 ? [up] : []), ...lock];
  const hasApp = stack.app !== undefined || stack.adopted !== undefined;
  // Its own Postgres waits for an app by itself; the services of others run, and are left alone if PgBouncer fails.
  if (!hasApp || (live.length === 0 && !stack.adopted)) return [up, ...live, ...lock];
  const isMoved = needs.moves && stack.adopted !== undefined;
  const upPool: NextStep = {
    kind: 'recreate',
    command: upPoolCommand(project),
    why: stack.adopted
      ? 'recreate what changed of PgBouncer'
      : 'recreate what changed of PgBouncer and Postgres',
    cost: isMoved ? `${ANEW}; your services have the old port until the next step` : ANEW,
    causes: needs.containers,
  };
  if (isMoved) return [...server, upPool, up, ...relearn, ...live, ...lock];
  return [...server, upPool, ...relearn, ...live, up, ...lock];
}

const ANEW = 'what is made anew ends its connections, and is away for some seconds';
const RESTART = 'every connection ends, and the pool is away for a second or two';

/** The Postgres of an adopted project, which no other step starts. */
function serverSteps({ server }: Needs, { postgres }: Stack, project: ComposeProject): NextStep[] {
  if (server.length === 0) return [];
  const why = `start ${postgres.host}, the Postgres of your project, as it is`;
  return [{ kind: 'start', command: startServerCommand(project, postgres.host), why, causes: server }];
}

/**
 * What is started may have another address. PgBouncer's resolver keeps the old one for as long as Docker's DNS allows,
 * 10 min, whatever dns_max_ttl says: c-ares has a cache of its own since 1.31. No connection is lost that works.
 */
function relearnStep({ server }: Needs, project: ComposeProject): NextStep {
  const why = 'restart PgBouncer, which may know an old address of it';
  return { kind: 'restart', command: restartCommand(project), why, cost: RESTART, causes: server };
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
    const causes = reload.length > 0 ? reload : remembered;
    const why = `restart PgBouncer: after a reload it would go by the SCRAM keys that it remembers of ${remembered.join(', ')}`;
    return [{ kind: 'restart', command: restartCommand(project), why, cost: RESTART, causes }];
  }
  if (reload.length === 0) return [];
  const why = 'reload PgBouncer without dropping a connection';
  return [{ kind: 'reload', command: reloadCommand(project), why, causes: reload }];
}

/** After the application, which may have used the role until it was made anew. */
function lockSteps({ dropped }: Needs, stack: Stack, project: ComposeProject): NextStep[] {
  if (dropped.length === 0) return [];
  const command = lockRolesCommand(stack, dropped, project);
  if (stack.postgres.kind !== 'own') {
    // Others may use the role, and not through the pool alone.
    const why = `for whoever runs Postgres: the settings name ${dropped.join(', ')} no more, but PgBouncer asks Postgres about users (auth_user) and goes on letting in a role that may log in there`;
    return [{ kind: 'lock', command, why, causes: dropped, byHand: true }];
  }
  const why = `end the sessions of ${dropped.join(', ')} and keep them from logging in to Postgres: the settings name no such user any more`;
  return [{ kind: 'lock', command, why, causes: dropped }];
}

/** The overlay does not have them any more: what makes them anew is what their people's files say alone. */
function stepsToRelease({ released }: Needs, project: ComposeProject): NextStep[] {
  if (released.length === 0) return [];
  const command = upServicesCommand({ ...project, services: released });
  const why = `have ${released.join(', ')} run past the pool, as your own files say`;
  // Whoever takes a service out of the settings may have taken it out of those as well.
  return [{ kind: 'recreate', command, why, causes: released, mayFail: true, touchesServices: true }];
}

function stepsToRemove({ left }: Needs): NextStep[] {
  if (left.length === 0) return [];
  const why = 'end what the settings do not name any more';
  return [{ kind: 'remove', command: removeContainersCommand(left), why, causes: left }];
}
