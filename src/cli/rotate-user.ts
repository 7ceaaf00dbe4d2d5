import { alterRoleSql } from '../credentials/alter-role.ts';
import { hashMd5 } from '../credentials/md5.ts';
import { createScramVerifier, deriveSalt, SCRAM_DEFAULT_ITERATIONS } from '../credentials/scram.ts';
import { storePasswords } from '../credentials/store-passwords.ts';
import { looksLikeStoredSecret } from '../credentials/stored-secret.ts';
import { readUnfinished } from '../deploy/journal.ts';
import { findOnDisk } from '../deploy/rendered.ts';
import { isSameSet, type KnownSet } from '../deploy/stack-set.ts';
import { adminOf, type PasswordSwitch, serversOf, switchStep } from '../deploy/switch-password.ts';
import { stopServicesCommand } from '../plan/commands.ts';
import type { NextStep } from '../plan/next-step.ts';
import { RefusedError, UsageError } from '../problems/errors.ts';
import type { ComposeProject } from '../stack/compose-project.ts';
import type { Stack } from '../stack/stack.ts';
import { explainLack } from '../verify/logins.ts';
import type { Invocation } from './context.ts';
import { createSecret } from './create-starter.ts';
import { findLeftPasswords } from './left-passwords.ts';
import { loadProject, type Project } from './load-project.ts';
import { readNewPassword } from './new-password.ts';
import { refuseShared } from './refuse-rotation.ts';
import type { RotateOptions } from './rotate.ts';
import { findSecretPlace } from './secret-place.ts';
import { stackCommand } from './stack-command.ts';
import { type Rotation, transit } from './transit.ts';

/** A new password for one user: the settings with it -> a stack that runs and was proved. Gives the exit code. */
export async function rotateUser(invocation: Invocation<RotateOptions>, name: string): Promise<number> {
  const { world, options, report } = invocation;
  const project = await loadProject(options, world, report);
  const { environment, folder, shownFolder, stack } = project;
  refuseUnfit(stack, name, stackCommand('deploy', environment, options));
  refuseShared(project, name);
  const asked = await readNewPassword(world, options, name);
  const choose = async () => {
    const project = await loadProject(options, world);
    const reference = project.settings.users[name]?.password;
    if (reference === undefined) throw new Error('a user without a password was to be given another one');
    const place = await findSecretPlace(reference, project, world, options.config);
    const before = await findBefore(invocation, project, name);
    const current = passwordOf(project.stack, name);
    // What lies there and runs nowhere is of a run that was killed: it is brought to its end.
    const isBegun = current !== before.password;
    if (isBegun && asked !== undefined && asked !== current)
      throw new RefusedError(
        `${place.name} has a password of ${name} that was not put to use, and that its role may have by now`,
        `finish that first: ${stackCommand('rotate', environment, options, name)}`,
      );
    if (isBegun)
      report.notice(`${place.name} has a password of ${name} that was not put to use: going on with it`);
    const password = asked ?? (isBegun ? current : createSecret());
    const given = (value: string) => loadProject(options, { ...world, given: { reference, value } });
    const [old, next] = [await given(before.password), await given(password)];
    if (!isSameSet((await old.planChanges()).plan, before.set.plan))
      throw new RefusedError(
        'the settings would change more than the password: not all of them was deployed',
        `deploy first: ${stackCommand('deploy', environment, options)}`,
      );
    const set = await setOf(next);
    const turn = { user: name, from: before.password, to: password, place };
    const left = await findLeftPasswords(project, turn, world);
    const rotation: Rotation = {
      secret: `a new password of ${name} to ${place.name}`,
      left,
      ...(await planSteps(before, { set, password }, name)),
      write: () => place.write(password),
      restore: () => place.write(before.password),
    };
    return { set, time: undefined, rotation };
  };
  return transit(
    { command: 'rotate', environment, folder, shownFolder, choose },
    { ...invocation, options: { ...options, backup: false } },
  );
}

/** Says why a user cannot be given another password by this, before anything is asked or looked at. */
function refuseUnfit(stack: Stack, name: string, deploy: string): void {
  const user = stack.users.find((each) => each.name === name);
  if (user === undefined) {
    const isSuperuser = stack.postgres.kind === 'own' && stack.postgres.user === name;
    throw new UsageError(
      `the settings have no user ${JSON.stringify(name)}`,
      isSuperuser
        ? `nobody logs in to the pool as the superuser: set its password anew, then ${deploy}`
        : `users are ${stack.users.map((each) => each.name).join(', ')}`,
    );
  }
  if (user.secret !== undefined || user.password === undefined)
    throw new UsageError(
      `the settings do not have the password of ${name}, but what userlist.txt holds`,
      'change it where it is made, then deploy',
    );
  if (!user.roles.includes('app')) return;
  if (adminOf(stack, name) === undefined)
    throw new UsageError(
      'the settings know nobody with `role: admin` to log in as, who has PgBouncer read its files',
      'give one user `role: admin` and a `password`, and where PgBouncer asks for a certificate `sslcert` and `sslkey`',
    );
  const lack = explainLack(user, stack);
  if (lack !== undefined)
    throw new UsageError(`the new password could not be proved by a login: ${lack}`, 'add both, then rotate');
  const servers = serversOf(stack, name);
  if (servers.length > 1)
    throw new UsageError(
      `${name} has a role on ${servers.map(({ host, port }) => `${host}:${port}`).join(' and on ')}, which cannot change at once`,
      `change the roles and the password by hand, then ${deploy}`,
    );
}

interface Before {
  readonly set: KnownSet;
  readonly password: string;
}

/** What runs, or ran before a run that was not finished, and the password there. */
async function findBefore(
  { options }: Invocation<RotateOptions>,
  { folder, environment }: Project,
  name: string,
): Promise<Before> {
  const set = (await readUnfinished(folder))?.before ?? (await findOnDisk(folder))?.set;
  const password = set?.facts?.stack.users.find((user) => user.name === name)?.password;
  if (set?.facts === undefined || password === undefined)
    throw new RefusedError(
      `it is not known with which password ${name} logs in to what runs`,
      `deploy first: ${stackCommand('deploy', environment, options)}`,
    );
  return { set: { plan: set.plan, facts: set.facts }, password: password.reveal() };
}

async function setOf(project: Project): Promise<KnownSet> {
  const { plan } = await project.planChanges();
  return { plan, facts: project.facts() };
}

function passwordOf({ users }: Stack, name: string): string {
  return users.find((user) => user.name === name)?.password?.reveal() ?? '';
}

/** How the steps of a deploy are changed, there and back. */
async function planSteps(before: Before, next: Before, name: string): Promise<Pick<Rotation, 'steps'>> {
  const { stack } = next.set.facts;
  const isRole = serversOf(stack, name).length > 0;
  const switchOf = async (from: Before, to: Before): Promise<PasswordSwitch> => ({
    user: name,
    from: from.password,
    to: to.password,
    statements: await storeStatements(to.set.facts.stack, name, to.password),
  });
  const [there, back] = await Promise.all([switchOf(before, next), switchOf(next, before)]);
  const stopped = listStopped(before.set, next.set);
  return {
    steps: (steps, project, isBack) => {
      if (!isRole) return steps;
      const change = switchStep(isBack ? back : there, stack, project);
      return [...stopSteps(stopped, steps, project), ...putIn(change, steps)];
    },
  };
}

/** In place of what would change Postgres and PgBouncer one after the other. */
function putIn(change: NextStep, steps: readonly NextStep[]): readonly NextStep[] {
  const isHalf = ({ kind }: NextStep) => kind === 'roles' || kind === 'reload';
  const at = steps.findIndex(isHalf);
  if (at === -1) return [change, ...steps];
  return [...steps.slice(0, at), change, ...steps.slice(at + 1).filter((step) => !isHalf(step))];
}

/**
 * The services that are made anew with the password in their environment: those whose definition or variables differ,
 * and of an adopted project, whose variables nobody knows, all that go through the pool.
 */
function listStopped({ facts: was }: KnownSet, { facts: is }: KnownSet): string[] {
  const { adopted, app } = is.stack;
  if (adopted !== undefined) return adopted.services.map(({ name }) => name);
  if (app === undefined) return [];
  return was.configHashes.get(app.service) === is.configHashes.get(app.service) ? [] : [app.service];
}

/** A service that runs on with the old password would be refused between the change and its end. */
function stopSteps(
  services: readonly string[],
  steps: readonly NextStep[],
  project: ComposeProject,
): readonly NextStep[] {
  if (services.length === 0 || !steps.some(({ kind }) => kind === 'recreate')) return [];
  const command = stopServicesCommand(project, services);
  const why = 'stop what has the old password: it would be refused until it is made anew';
  return [{ kind: 'stop', command, why, causes: services }];
}

/** The statements that store a password for its role without saying it. */
async function storeStatements(
  stack: Stack,
  user: string,
  password: string,
): Promise<PasswordSwitch['statements']> {
  const stored = (await storePasswords(stack)).get(user)?.postgres ?? '';
  // Behind an adopted project userlist.txt holds the password, and the role what its server makes of one.
  if (looksLikeStoredSecret(stored)) {
    const statement = alterRoleSql(user, stored);
    return { md5: statement, scram: statement };
  }
  const iterations = SCRAM_DEFAULT_ITERATIONS;
  const { name: project, environment } = stack;
  const salt = await deriveSalt({ password, project, environment, user, iterations });
  return {
    md5: alterRoleSql(user, hashMd5(user, password)),
    scram: alterRoleSql(user, await createScramVerifier({ password, salt, iterations })),
  };
}
