import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDotenv, writeDotenv, writeDotenvValue } from '../formats/dotenv.ts';
import { editDotenv } from '../formats/edit-dotenv.ts';
import { findFile } from '../plan/find-file.ts';
import { createFile, replaceFile } from '../plan/put-file.ts';
import { createSecret } from './create-starter.ts';

/** Passwords of the console, which nobody has but ecar-pool. */
const CONSOLE = ['PGBOUNCER_ADMIN_PASSWORD', 'PGBOUNCER_STATS_PASSWORD'];

/** How the file begins, by which a later `init --from` knows it. */
function headOf(environment: string): string {
  return `Secrets of ecar-pool, environment ${environment}: keep them out of version control.`;
}

/** Whether `.env.<environment>` is free, or was written here before. */
export function mayKeepSecrets(folder: string, environment: string): boolean {
  const path = join(folder, `.env.${environment}`);
  return !existsSync(path) || readFileSync(path, 'utf8').startsWith(`# ${headOf(environment)}`);
}

/**
 * Writes the secrets of an adopted project; of a file that was written here before, what it holds stays, but for what
 * was copied and is another one now.
 */
export async function keepSecrets(
  folder: string,
  environment: string,
  copied: ReadonlyMap<string, string>,
): Promise<{ name: string; outcome: string }> {
  const name = `.env.${environment}`;
  const path = join(folder, name);
  const fresh = CONSOLE.map((variable): [string, string] => [variable, createSecret()]);
  if (!existsSync(path)) {
    await createFile(path, writeDotenv([...fresh, ...copied], [headOf(environment)]), 0o600);
    return { name, outcome: 'created' };
  }
  const found = await findFile(path);
  const before = found.bytes?.toString('utf8') ?? '';
  const held = new Map(
    readDotenv(before).map((entry) => [entry.name, 'value' in entry ? entry.value : undefined]),
  );
  const wanted = [
    ...fresh.filter(([variable]) => !held.has(variable)),
    ...[...copied].filter(([variable, value]) => held.get(variable) !== value),
  ];
  const after = wanted.reduce((text, [variable, value]) => editDotenv(text, variable, value), before);
  if (after === before) return { name, outcome: 'kept' };
  await replaceFile(found, Buffer.from(after));
  return { name, outcome: 'extended' };
}

/** Adds variables at the end of the project's `.env`; every other byte stays. */
export async function extendDotenv(
  folder: string,
  moved: ReadonlyMap<string, string>,
  hasDotenv: boolean,
): Promise<{ name: string; outcome: string }> {
  const lines = [...moved].map(([name, value]) => `${name}=${writeDotenvValue(value)}\n`).join('');
  const path = join(folder, '.env');
  if (!hasDotenv) {
    await createFile(path, lines, 0o600);
    return { name: '.env', outcome: 'created' };
  }
  const found = await findFile(path);
  const before = found.bytes ?? Buffer.of();
  const gap = before.length === 0 || before.at(-1) === 0x0a ? '' : '\n';
  await replaceFile(found, Buffer.concat([before, Buffer.from(gap + lines)]));
  return { name: '.env', outcome: 'extended' };
}
