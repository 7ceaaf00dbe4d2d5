import { Secret } from '../stack/secret.ts';
import type { Stack } from '../stack/stack.ts';

/** Every secret of a stack in plain text, for blanking them in what docker and psql say; never for showing. */
export function listSecrets({ users, databases, postgres, app, monitoring }: Stack): string[] {
  const secrets = [
    ...users.flatMap(({ password, secret, identity }) => [password, secret, identity?.sslkey]),
    ...databases.map(({ password }) => password),
    ...(postgres.kind === 'own' ? [postgres.password] : []),
    ...(app?.environment.values() ?? []),
    monitoring.grafana?.server?.password,
  ];
  return secrets.flatMap((value) => (value instanceof Secret ? [value.reveal()] : []));
}
