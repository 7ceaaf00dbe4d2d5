import type { Client } from '../stack/stack.ts';
import type { SecretReference, Settings } from './schema.ts';
import type { Path } from './tree.ts';

/** A place where the settings name a secret, and what it is for, which decides what it may hold. */
export interface SecretUse {
  readonly reference: SecretReference;
  readonly path: Path;
  /** It is a password that PgBouncer and Postgres store, plain or hashed. */
  readonly isPassword: boolean;
  /** It goes into the rendered .env. */
  readonly goesIntoDotenv: boolean;
  /** It may be a hash of a password: userlist.txt holds it as it is. */
  readonly isStored?: true;
  /** Grafana reads it as part of its configuration. */
  readonly isForGrafana?: true;
}

/** The databases and the user that the app uses: what it says, or else the first ones that fit. */
export function chooseClient({ databases = {}, app }: Partial<Settings>): Client {
  const names = Object.keys(databases);
  const database = app?.database ?? names.find((name) => name !== '*') ?? names[0] ?? '';
  const users = Object.hasOwn(databases, database) ? databases[database]?.users : undefined;
  const user = app?.user ?? users?.[0] ?? '';
  const session = Object.entries(databases).find(
    ([name, entry]) => name !== database && entry.pool_mode === 'session' && entry.users.includes(user),
  );
  return {
    // Through the fallback entry, the database that every server has.
    database: database === '*' ? 'postgres' : database,
    user,
    session_database: app?.session_database ?? session?.[0],
  };
}

/** Every secret that the settings name, in their order. */
export function listSecretUses(settings: Partial<Settings>): SecretUse[] {
  const { postgres, databases = {}, users = {}, app, monitoring } = settings;
  const client = chooseClient(settings).user;
  const uses: SecretUse[] = [];
  if (postgres?.password !== undefined && postgres.image !== undefined)
    uses.push({
      reference: postgres.password,
      path: ['postgres', 'password'],
      isPassword: true,
      goesIntoDotenv: true,
    });
  for (const [name, { password, secret }] of Object.entries(users)) {
    const use = { isPassword: true, goesIntoDotenv: name === client };
    if (password !== undefined) uses.push({ ...use, reference: password, path: ['users', name, 'password'] });
    if (secret !== undefined)
      uses.push({ ...use, reference: secret, path: ['users', name, 'secret'], isStored: true });
  }
  for (const [name, { password }] of Object.entries(databases))
    if (password !== undefined)
      uses.push({
        reference: password,
        path: ['databases', name, 'password'],
        isPassword: true,
        goesIntoDotenv: false,
        isStored: true,
      });
  for (const [name, value] of Object.entries(app?.environment ?? {}))
    if (typeof value === 'object')
      uses.push({
        reference: value,
        path: ['app', 'environment', name],
        isPassword: false,
        goesIntoDotenv: true,
      });
  const grafana = monitoring?.grafana;
  if (grafana?.password !== undefined && !grafana.external)
    uses.push({
      reference: grafana.password,
      path: ['monitoring', 'grafana', 'password'],
      isPassword: false,
      goesIntoDotenv: false,
      isForGrafana: true,
    });
  return uses;
}
