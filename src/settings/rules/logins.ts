import { type HbaRule, listRulesFor } from '../../formats/hba.ts';
import { readHba } from '../../formats/read-hba.ts';
import {
  findAuthUserObstacle,
  findConsoleObstacle,
  findObstacle,
  type Known,
  type Method,
  OBSTACLES,
  type Obstacle,
  type RoleSecret,
} from '../../stack/login-matrix.ts';
import { chooseForm, type FormFacts, listByItself, roleSecretOf } from '../../stack/stored-form.ts';
import type { Findings } from '../finding.ts';
import { rolesOf } from '../roles.ts';
import type { Settings } from '../schema.ts';
import type { Secrets } from '../secrets.ts';
import { dotted, type Path } from '../tree.ts';
import { pgbouncerVersionOf } from '../versions.ts';
import { listRules } from './hba.ts';

type Sections = Pick<Settings, 'pgbouncer' | 'postgres' | 'databases' | 'users'> & Partial<Settings>;

/** Somebody whose logins would fail, with the place of what is to blame. */
interface Failure {
  readonly user: string;
  readonly obstacle: Obstacle;
  readonly path: Path;
}

/** Settings by which somebody could not log in, as far as they tell without their secrets. */
export function checkLogins(settings: Sections, found: Findings): void {
  tell(listFailures(settings, undefined), found);
}

/** The others: what userlist.txt is given as it is may be a hash that does not do. */
export function checkStoredSecrets(settings: Partial<Settings>, secrets: Secrets, found: Findings): void {
  const { pgbouncer, postgres, databases, users } = settings;
  if (!pgbouncer || !postgres || !databases || !users) return;
  const sections = { ...settings, pgbouncer, postgres, databases, users };
  const told = new Set(listFailures(sections, undefined).map(({ path }) => dotted(path)));
  tell(
    listFailures(sections, secrets).filter(({ path }) => !told.has(dotted(path))),
    found,
  );
}

/** A secret that does not do is told once, however many databases it is for. */
function tell(failures: readonly Failure[], found: Findings): void {
  const byPlace = new Map(failures.toReversed().map((failure) => [dotted(failure.path), failure]));
  for (const { user, obstacle, path } of [...byPlace.values()].reverse()) {
    const { reason, fix } = OBSTACLES[obstacle];
    const who = obstacle === 'no-forced-user' ? 'a client' : JSON.stringify(user);
    found.value('cannot-log-in', path, `${who} cannot log in: it ${reason}`, fix);
  }
}

function listFailures(settings: Sections, secrets: Secrets | undefined): Failure[] {
  const { databases, users, pgbouncer } = settings;
  const { auth_type } = pgbouncer;
  const forms = formFacts(settings);
  const known = new Map(Object.keys(users).map((name) => [name, findKnown(name, settings, forms, secrets)]));
  const method = auth_type === 'hba' ? 'md5' : auth_type;
  const clients = Object.entries(databases).flatMap(([name, entry]) => {
    if (method === 'any' && entry.user === undefined)
      return [{ user: name, obstacle: 'no-forced-user' as const, path: ['databases', name] }];
    const forced = findForced(name, entry, known, secrets);
    return [
      ...(forced === undefined ? [] : judgeForced(forced, method, roleOf(forced.user, settings, name))),
      ...entry.users.flatMap((user) => {
        const client = known.get(user);
        if (client === undefined) return [];
        // As whom PgBouncer goes on instead is judged by itself, see above.
        const on = forced === undefined ? {} : { forced: { known: 'plain', from: 'entry' } as const };
        const role = roleOf(user, settings, name);
        const obstacle = findCommon(methodsFor(user, name, pgbouncer), (method) =>
          findObstacle({ method, known: client, ...on, role }),
        );
        return obstacle === undefined ? [] : [{ user, obstacle, path: ['users', user, 'secret'] }];
      }),
    ];
  });
  const console = Object.entries(users).flatMap(([user, { role }]) => {
    const client = rolesOf({ role }).every((each) => each === 'app') ? undefined : known.get(user);
    const obstacle =
      client &&
      findCommon(methodsFor(user, 'pgbouncer', pgbouncer), (method) => findConsoleObstacle(method, client));
    return obstacle === undefined ? [] : [{ user, obstacle, path: ['users', user, 'secret'] }];
  });
  const askers = [
    { user: authUserOf(pgbouncer), path: ['pgbouncer', 'auth_user'] },
    ...Object.entries(databases).map(([name, { auth_user }]) => ({
      user: auth_user,
      path: ['databases', name, 'auth_user'],
    })),
  ].flatMap(({ user, path }) => {
    if (user === undefined) return [];
    const isKnown =
      Object.hasOwn(users, user) && (users[user]?.password ?? users[user]?.secret) !== undefined;
    if (!isKnown) return [{ user, obstacle: 'no-password' as const, path }];
    const asker = known.get(user);
    const obstacle = asker && findAuthUserObstacle(asker, roleOf(user, settings, undefined));
    return obstacle === undefined ? [] : [{ user, obstacle, path }];
  });
  return [...clients, ...console, ...askers];
}

/**
 * How a user may be asked who it is: under `hba` by each rule that may be for it, of which `reject` is no finding of
 * ours (see hba-shut-out). The rules of a file are its own, and taken for what lets most in.
 */
function methodsFor(user: string, database: string, pgbouncer: Settings['pgbouncer']): Method[] {
  if (pgbouncer.auth_type !== 'hba') return [pgbouncer.auth_type];
  if (pgbouncer.hba === undefined) return ['md5'];
  const rules = listRules(pgbouncer);
  // Whoever comes through the fallback entry may name any database.
  const names = database === '*' ? rules.flatMap((rule) => rule.database) : [database];
  return names
    .flatMap((name) => listRulesFor(rules, { database: name, user }))
    .filter(({ method }) => method !== 'reject')
    .map(({ method }) => nameMethod(method));
}

/** What keeps somebody out by every one of the methods; undefined where one lets in, or where there is none. */
function findCommon(
  methods: readonly Method[],
  find: (method: Method) => Obstacle | undefined,
): Obstacle | undefined {
  const obstacles = methods.map(find);
  return obstacles.includes(undefined) ? undefined : obstacles[0];
}

/** The user of an entry, whom PgBouncer logs in as by itself. */
interface Forced {
  readonly user: string;
  readonly known: Known | undefined;
  readonly from: 'entry' | 'userlist';
  readonly path: Path;
}

/** Whoever its clients are, and however they are asked. */
function judgeForced(
  { user, known, from, path }: Forced,
  method: Method,
  role: RoleSecret | undefined,
): Failure[] {
  if (known === undefined) return [];
  const obstacle = findObstacle({ method, known: 'plain', forced: { known, from }, role });
  return obstacle === undefined ? [] : [{ user, obstacle, path }];
}

/** The user of an entry, with its password in the entry or in userlist.txt. */
function findForced(
  database: string,
  { user, password }: Settings['databases'][string],
  known: ReadonlyMap<string, Known | undefined>,
  secrets: Secrets | undefined,
): Forced | undefined {
  if (user === undefined) return undefined;
  const at = ['databases', database];
  const path = [...at, 'password'];
  if (password !== undefined) return { user, known: kindOf(secrets, path), from: 'entry', path };
  const listed = known.has(user) ? known.get(user) : 'none';
  return { user, known: listed, from: 'userlist', path: [...at, 'user'] };
}

/** What PgBouncer will know of a user; undefined where the settings alone do not tell. */
function findKnown(
  name: string,
  { users }: Sections,
  forms: FormFacts,
  secrets: Secrets | undefined,
): Known | undefined {
  const user = users[name];
  if (user?.secret !== undefined) return kindOf(secrets, ['users', name, 'secret']);
  if (user?.password === undefined) return undefined;
  return chooseForm({ name, isApp: rolesOf(user).includes('app') }, forms);
}

/** A verifier is taken for that of the role: whether it is, only the server knows. */
function kindOf(secrets: Secrets | undefined, path: Path): Known | undefined {
  const secret = secrets?.get(dotted(path))?.reveal();
  if (secret === undefined) return undefined;
  if (/^md5[0-9a-f]{32}$/.test(secret)) return 'md5';
  return /^SCRAM-SHA-256\$/.test(secret) ? 'scram' : 'plain';
}

/** What a role stores, where ecar-pool sees to it. */
function roleOf(user: string, settings: Sections, database: string | undefined): RoleSecret | undefined {
  const { host, port } = settings.databases[database ?? ''] ?? {};
  const known = Object.hasOwn(settings.users, user) ? settings.users[user] : undefined;
  const isElsewhere = host !== undefined || port !== undefined || settings.compose !== undefined;
  return isElsewhere || known?.password === undefined
    ? undefined
    : roleSecretOf(settings.pgbouncer.auth_type);
}

function formFacts({ pgbouncer, databases, compose, ...settings }: Sections): FormFacts {
  const entries = Object.values(databases).map((entry) => ({
    ...entry,
    hasPassword: entry.password !== undefined,
  }));
  return {
    auth_type: pgbouncer.auth_type,
    version: pgbouncerVersionOf({ ...settings, pgbouncer }) ?? { major: 1, minor: 26, patch: undefined },
    isAdopted: compose !== undefined,
    methods: listMethods(pgbouncer),
    byItself: listByItself([{ auth_user: authUserOf(pgbouncer) }, ...entries]),
  };
}

/**
 * How clients may be asked who they are. What a line of a file says that is not understood here is taken for `trust`,
 * under which the fewest forms of a stored password do.
 * @param file the text of auth_hba_file, where that is read; without it what lets most in
 */
export function listMethods({ auth_type, hba }: Settings['pgbouncer'], file?: string): readonly Method[] {
  if (auth_type !== 'hba') return [auth_type];
  if (hba === undefined && file === undefined) return ['md5'];
  const rules = hba ?? readHba(file ?? '');
  return [...new Set(rules.map((rule) => nameMethod(rule?.method ?? 'trust')))];
}

/** The matrix's word for what a rule of hba says. */
export function nameMethod(method: HbaRule['method']): Method {
  return method === 'password' ? 'plain' : method;
}

function authUserOf(pgbouncer: Readonly<Record<string, unknown>>): string | undefined {
  const { auth_user } = pgbouncer;
  return typeof auth_user === 'string' ? auth_user : undefined;
}
