import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty folder that goes when the test ends. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ecar-pool-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The settings of the project below. */
export const SETTINGS = `name: ecar
postgres: { image: postgres:17, password: { env: POSTGRES_PASSWORD } }
databases:
  ecar_db: { users: [ecar_user] }
users:
  ecar_user: { password: { env: DB_PASSWORD } }
  pgbouncer: { password: { env: PGBOUNCER_ADMIN_PASSWORD }, role: admin }
pgbouncer: { default_pool_size: 20 }
environments: { dev: { name: ecar_dev }, prod: {} }
`;

/** Secrets of the project below, so that tests can look for them where they must not be. */
export const PASSWORDS = {
  DB_PASSWORD: 'apple-of-the-app',
  PGBOUNCER_ADMIN_PASSWORD: 'cherry-of-the-console',
  POSTGRES_PASSWORD: 'plum-of-postgres',
};

/** A small project that renders. */
export function tempProject(settings: string = SETTINGS): string {
  const folder = tempFolder();
  writeFileSync(join(folder, 'ecar-pool.yaml'), settings);
  const lines = Object.entries(PASSWORDS).map(([name, value]) => `${name}='${value}'\n`);
  for (const environment of ['dev', 'prod']) {
    writeFileSync(join(folder, `.env.${environment}`), lines.join(''), { mode: 0o600 });
  }
  return folder;
}
