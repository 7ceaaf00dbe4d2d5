import { writeDotenv } from '../formats/dotenv.ts';
import type { PlannedFile } from '../plan/file-plan.ts';
import { BUILT_IN_DEFAULTS } from '../stack/default-settings.ts';
import { Secret } from '../stack/secret.ts';
import type { Stack } from '../stack/stack.ts';
import { markLines, type Rendering } from './rendering.ts';

/** The variables that Compose interpolates and scripts read. */
export function writeDotenvFile(rendering: Rendering): PlannedFile {
  const about = 'PGBOUNCER_* below are the values in force; to change one, set it in the settings.';
  const text = writeDotenv([...dotenvVariables(rendering.stack)], markLines(rendering, about));
  return { path: '.env', mode: 0o600, text };
}

/** The variables of `.env` by name. */
export function dotenvVariables(stack: Stack): ReadonlyMap<string, string> {
  const { client, pgbouncer, postgres, app, users } = stack;
  // Where only its hash is known, the application has its password from elsewhere.
  const password = users.find(({ name }) => name === client.user)?.password;
  const variables = new Map<string, string>([
    ['DB_NAME', client.database],
    ['DB_USER', client.user],
    ...(password === undefined ? [] : ([['DB_PASSWORD', password.reveal()]] as const)),
    ['DB_HOST', 'pgbouncer'],
    ['DB_PORT', String(pgbouncer.port)],
  ]);
  for (const [name, builtIn] of Object.entries(BUILT_IN_DEFAULTS)) {
    variables.set(`PGBOUNCER_${name.toUpperCase()}`, pgbouncer.settings.get(name) ?? builtIn);
  }
  if (postgres.kind === 'own') variables.set('POSTGRES_PASSWORD', postgres.password.reveal());
  for (const [name, value] of app?.environment ?? []) {
    if (value instanceof Secret) variables.set(name, value.reveal());
  }
  return variables;
}
