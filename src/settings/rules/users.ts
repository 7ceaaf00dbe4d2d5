import { explainUserName } from '../../formats/pgbouncer-names.ts';
import type { Findings } from '../finding.ts';
import type { Settings } from '../schema.ts';
import { hasQuotedKeys } from '../versions.ts';
import { explainRoleName } from './role-name.ts';
import { checkSecretReference } from './secret-reference.ts';

/** Names that the userlist can hold, and one user who may enter the console. */
export function checkUsers(settings: Pick<Settings, 'pgbouncer' | 'users'>, found: Findings): void {
  const quotedKeys = hasQuotedKeys(settings);
  for (const [name, user] of Object.entries(settings.users)) {
    const inUsersSection = user.pool_mode !== undefined || user.max_user_connections !== undefined;
    const reason =
      explainUserName(name, { quotedKeys, console: user.role !== 'app', inUsersSection }) ??
      (user.role === 'app' ? explainRoleName(name) : undefined);
    if (reason !== undefined)
      found.key(
        'user-name',
        ['users', name],
        `a user cannot be called ${JSON.stringify(name)}: ${reason}`,
        'choose another name',
      );
    checkSecretReference(user.password, ['users', name, 'password'], found);
  }
  if (!Object.values(settings.users).some(({ role }) => role === 'admin')) {
    found.key(
      'no-admin',
      ['users'],
      'no user has `role: admin`',
      'add one: `pgbouncer: { password: { env: PGBOUNCER_ADMIN_PASSWORD }, role: admin }`; `verify` enters the console as it',
    );
  }
}
