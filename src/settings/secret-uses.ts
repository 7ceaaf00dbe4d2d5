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
  /** Grafana reads it as part of its configuration. */
  readonly isForGrafana?: true;
}

/** The database and the user that the app uses: what it says, or else the first ones that fit. */
export function chooseClient({ databases = {}, app }: Partial<Settings>): { database: string; user: string } {
  const database = app?.database ?? Object.keys(databases)[0] ?? '';
  const users = Object.hasOwn(databases, database) ? databases[database]?.users : undefined;
  return { database, user: app?.user ?? users?.[0] ?? '' };
}

/** Every secret that the settings name, in their order. */
export function listSecretUses(settings: Partial<Settings>): SecretUse[] {
  const { postgres, users = {}, app, monitoring } = settings;
  const client = chooseClient(settings).user;
  const uses: SecretUse[] = [];
  if (postgres?.password !== undefined && postgres.image !== undefined)
    uses.push({
      reference: postgres.password,
      path: ['postgres', 'password'],
      isPassword: true,
      goesIntoDotenv: true,
    });
  for (const [name, { password }] of Object.entries(users))
    uses.push({
      reference: password,
      path: ['users', name, 'password'],
      isPassword: true,
      goesIntoDotenv: name === client,
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
