import { askersByDatabase } from '../stack/access.ts';
import { isComposeFile } from '../stack/compose-project.ts';
import { CONFIG_LABEL } from '../stack/labels.ts';
import type { Stack } from '../stack/stack.ts';
import type { Change } from './change.ts';
import { describeCause, describeKeys, listChangedKeys, needsContainer } from './changed-keys.ts';
import {
  hasHash,
  hasRole,
  listDroppedRoles,
  listForgottenUsers,
  listRememberedUsers,
} from './dropped-users.ts';
import type { FilePlan } from './file-plan.ts';
import {
  listLeftContainers,
  listReleasedServices,
  listRunningContainers,
  listServiceNames,
} from './left-containers.ts';
import { findMonitoringNeeds, hasService, type MonitoringNeed } from './monitoring-steps.ts';

/** What has to happen to what runs so that changed files take effect; facts, in no order. */
export interface Needs {
  /** There is no stack yet. */
  readonly start: boolean;
  /** Services are defined otherwise: as they run, they may not be what other commands are for. */
  readonly services: boolean;
  /** PgBouncer comes to listen on another port. */
  readonly moves: boolean;
  /** Why containers are to be made anew, for values that Compose puts into them at least; empty where not. */
  readonly containers: readonly string[];
  /** Why the SQL of roles and databases is to be run. */
  readonly roles: readonly string[];
  /** Why PgBouncer is to read its files. */
  readonly reload: readonly string[];
  /** Users of whom PgBouncer would go by what it remembers until it is restarted. */
  readonly remembered: readonly string[];
  /** Roles of Postgres that are to log in no more: of the stack's own, or of one that PgBouncer asks about users. */
  readonly dropped: readonly string[];
  readonly monitoring: readonly MonitoringNeed[];
  /** Containers whose services are gone. */
  readonly left: readonly string[];
  /** Services of an adopted project that go through the pool no more. */
  readonly released: readonly string[];
  /** Why the Postgres of an adopted project is to be started: it does not run. */
  readonly server: readonly string[];
}

/** What changes of files need, the least that does it. */
export function findNeeds(changes: readonly Change[], stack: Stack): Needs {
  const { postgres, adopted } = stack;
  const changed = changes.filter(({ kind }) => kind !== 'unchanged');
  const compose = changed.find(({ path }) => isComposeFile(path));
  const causes = (test: (path: string, kind: Change['kind']) => boolean) =>
    changed.filter(({ path, kind }) => test(path, kind)).map(describeCause);
  return {
    start: compose?.kind === 'create',
    services: changesServices(compose),
    moves: changed.some((change) =>
      listChangedKeys(change).some(({ section, name }) => section === 'pgbouncer' && name === 'listen_port'),
    ),
    containers: [
      ...changed.flatMap((change) => describeKeys(change, needsContainer)),
      ...causes(
        (path) =>
          isComposeFile(path) ||
          (path === '.env' && changesInterpolation(changes)) ||
          // The services of an adopted project take a new password from its own .env.
          (adopted !== undefined && path.endsWith('userlist.txt')),
      ),
    ],
    roles: causes((path, kind) => path.endsWith('.sql') && kind !== 'remove'),
    reload: changed
      .filter(({ path }) => path.startsWith('pgbouncer/'))
      .flatMap((change) => {
        const keys = listChangedKeys(change);
        if (keys.length === 0) return [change.path];
        return describeKeys(change, (key) => !needsContainer(key));
      }),
    remembered: listRememberedUsers(changed),
    dropped:
      postgres.kind === 'own'
        ? listDroppedRoles(changes)
        : askersByDatabase(stack).size > 0
          ? listForgottenUsers(changes)
          : [],
    monitoring: findMonitoringNeeds(changes),
    left: listLeftContainers(compose),
    released: adopted === undefined ? [] : listReleasedServices(compose),
    server: [],
  };
}

/** What two lists of changes need together. */
export function mergeNeeds(left: Needs, right: Needs): Needs {
  const both = <Item>(one: readonly Item[], other: readonly Item[]) => [...new Set([...one, ...other])];
  return {
    start: left.start || right.start,
    services: left.services || right.services,
    moves: left.moves || right.moves,
    containers: both(left.containers, right.containers),
    roles: both(left.roles, right.roles),
    reload: both(left.reload, right.reload),
    remembered: both(left.remembered, right.remembered),
    dropped: both(left.dropped, right.dropped),
    monitoring: both(left.monitoring, right.monitoring),
    left: both(left.left, right.left),
    released: both(left.released, right.released),
    server: both(left.server, right.server),
  };
}

/**
 * What earlier files needed and nobody is known to have done, as far as it still makes sense with newer ones: a role
 * that is back is not locked out. A start may have been made by now, which `up` finds out.
 */
export function carryOver(needs: Needs, plan: FilePlan): Needs {
  const compose = plan.find(({ path }) => isComposeFile(path))?.text ?? '';
  const running = new Set(listRunningContainers(compose));
  return {
    ...needs,
    start: false,
    services: needs.services || needs.start,
    remembered: needs.remembered.filter((name) => !hasHash(plan, name)),
    dropped: needs.dropped.filter((name) => !hasRole(plan, name)),
    monitoring: needs.monitoring.filter((need) => hasService(compose, need)),
    left: needs.left.filter((name) => !running.has(name)),
    released: needs.released.filter((name) => !listServiceNames(compose).includes(name)),
  };
}

const NO_NEEDS: Needs = {
  start: false,
  services: false,
  moves: false,
  containers: [],
  roles: [],
  reload: [],
  remembered: [],
  dropped: [],
  monitoring: [],
  left: [],
  released: [],
  server: [],
};

/** That Compose looks for containers that are missing, or were made from something else. */
export function needContainers(causes: readonly string[]): Needs {
  return { ...NO_NEEDS, services: causes.length > 0, containers: causes };
}

/** That services are made anew that go through the pool no more. */
export function needRelease(released: readonly string[]): Needs {
  const causes = released.map((service) => `${service} still goes through the pool`);
  return { ...needContainers(causes), released };
}

/** That PgBouncer reads its files. */
export function needReload(reload: readonly string[]): Needs {
  return { ...NO_NEEDS, reload };
}

/** That the Postgres of an adopted project is started. */
export function needServer(causes: readonly string[]): Needs {
  return { ...NO_NEEDS, server: causes };
}

/** Everything that may be done to any stack and harms none: for one of which nobody knows what it runs. */
export function needAll(cause: string): Needs {
  return { ...needContainers([cause]), roles: [cause], reload: [cause] };
}

/** What of needs keeps out who was dropped, which no file and no login shows; undefined where nothing does. */
export function onlyShutOut({
  dropped,
  remembered,
}: Pick<Needs, 'dropped' | 'remembered'>): Needs | undefined {
  if (dropped.length + remembered.length === 0) return undefined;
  return { ...NO_NEEDS, dropped, remembered };
}

/** What of needs a deploy does itself: whom a Postgres of others lets in is up to whoever runs it. */
export function withoutByHand(needs: Needs, { postgres }: Pick<Stack, 'postgres'>): Needs {
  return postgres.kind === 'own' ? needs : { ...needs, dropped: [] };
}

/** Whether there is nothing to do. */
export function isIdle({ start, ...needs }: Needs): boolean {
  const { containers, roles, reload, remembered, monitoring, dropped, left, server } = needs;
  const all = [containers, roles, reload, remembered, monitoring, dropped, left, server];
  return !start && all.every(({ length }) => length === 0);
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
  const compose = changes.find(({ path }) => isComposeFile(path))?.after?.text ?? '';
  const dotenv = changes.find(({ path }) => path === '.env');
  const before = new Set(dotenv?.before?.split('\n'));
  const changed = (dotenv?.after?.text.split('\n') ?? []).filter((line) => !before.has(line));
  return changed.some((line) => compose.includes(`\${${line.split('=')[0]}:`));
}
