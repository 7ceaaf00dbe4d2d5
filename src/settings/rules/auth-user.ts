import { isVerifier } from '../../credentials/stored-secret.ts';
import type { Findings } from '../finding.ts';
import type { Settings } from '../schema.ts';
import type { Secrets } from '../secrets.ts';
import { dotted } from '../tree.ts';

/**
 * The user that PgBouncer asks Postgres as: no client's login brings what a SCRAM verifier lacks, so that each query
 * for a user fails with `bouncer config error`. With a `password`, userlist.txt gets that itself.
 */
export function checkAuthUsers(
  { pgbouncer, databases = {}, users = {} }: Partial<Settings>,
  secrets: Secrets,
  found: Findings,
): void {
  const entries = Object.keys(databases).map((name) => ['databases', name]);
  for (const path of [['pgbouncer'], ...entries]) {
    const [, name] = path;
    const settings: Readonly<Record<string, unknown>> | undefined =
      name === undefined ? pgbouncer : databases[name];
    const user = settings?.['auth_user'];
    if (typeof user !== 'string' || !Object.hasOwn(users, user)) continue;
    const secret = secrets.get(dotted(['users', user, 'secret']));
    if (secret === undefined || !isVerifier(secret.reveal())) continue;
    found.forbid(
      'auth-user',
      [...path, 'auth_user'],
      `PgBouncer cannot log in as ${JSON.stringify(user)} with the SCRAM verifier that userlist.txt holds, so nobody whom it has to ask Postgres about gets in`,
      `give \`users.${user}\` a \`password\` in place of its \`secret\`, or remove \`auth_user\` where userlist.txt has everyone`,
    );
  }
}
