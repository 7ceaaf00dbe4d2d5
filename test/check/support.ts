import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Inspection, inspectSettings } from '../../src/settings/load-stack.ts';
import { tempFolder } from '../support/temp-project.ts';

/** A project in which there is nothing to find: each test spoils one thing. */
export interface Parts {
  readonly postgres?: string;
  readonly databases?: string;
  readonly users?: string;
  readonly pgbouncer?: string;
  readonly more?: string;
  readonly password?: string;
}

const DIGEST = `@sha256:${'a'.repeat(64)}`;
export const POSTGRES = `image: postgres:17${DIGEST}`;
/** An application, in the network of the stack. */
export const APP = `app: { kind: other, image: app:1${DIGEST} }`;
const IMAGE = `image: 'edoburu/pgbouncer:v1.26.1-p0${DIGEST}'`;

/** The settings with one part replaced. */
export function settingsWith({ postgres, databases, users, pgbouncer = '', more = '' }: Parts = {}): string {
  return `name: ecar
postgres: { ${postgres ?? POSTGRES}, password: { env: SUPERUSER_PASSWORD } }
databases:
  ${databases ?? 'ecar_db: { users: [ecar_user] }'}
users:
  ${users ?? 'ecar_user: { password: { env: DB_PASSWORD } }'}
  pgbouncer: { password: { env: ADMIN_PASSWORD }, role: admin }
pgbouncer: { ${/image:/.test(pgbouncer) ? pgbouncer : [IMAGE, pgbouncer].filter(Boolean).join(', ')} }
${more}
environments: { prod: {} }
`;
}

/** A folder with these settings, and a secret that is fine unless told otherwise. */
export function projectWith(text: string, password = 'of-no-guide-at-all'): string {
  const folder = tempFolder();
  writeFileSync(join(folder, 'ecar-pool.yaml'), text);
  const variables = ['DB_PASSWORD', 'SUPERUSER_PASSWORD', 'ADMIN_PASSWORD', 'OTHER_PASSWORD'];
  writeFileSync(join(folder, '.env.prod'), variables.map((name) => `${name}='${password}'\n`).join(''));
  chmodSync(join(folder, '.env.prod'), 0o600);
  return folder;
}

export function inspect(text: string, password?: string): Promise<Inspection> {
  const cwd = projectWith(text, password);
  return inspectSettings({ config: 'ecar-pool.yaml', env: 'prod' }, { cwd, env: {} });
}

/** The codes of what is found, errors first. */
export async function codesOf(parts: Parts): Promise<string[]> {
  const { problems } = await inspect(settingsWith(parts), parts.password);
  return [...new Set(problems.map(({ code }) => code))];
}
