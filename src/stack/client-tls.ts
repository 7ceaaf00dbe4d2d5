import type { Identity, Stack, User } from './stack.ts';

type Pool = Pick<Stack, 'pgbouncer'>;

function modeOf({ pgbouncer }: Pool): string {
  return pgbouncer.settings.get('client_tls_sslmode') ?? 'disable';
}

/** Whether PgBouncer lets nobody in without TLS; under `allow` and `prefer` it is up to the client. */
export function requiresTls(stack: Pool): boolean {
  return /^(?:require|verify-)/.test(modeOf(stack));
}

/** Whether PgBouncer speaks TLS to clients at all. */
export function offersTls(stack: Pool): boolean {
  return modeOf(stack) !== 'disable';
}

/** Whether PgBouncer lets nobody in without a certificate. */
export function requiresCertificate(stack: Pool): boolean {
  return modeOf(stack).startsWith('verify-');
}

/**
 * What a user can show PgBouncer. Where passwords decide who it is, the certificate of any user will do: PgBouncer then
 * asks no more than who signed it (auth_type in its manual). Undefined where there is none to show, or none is asked for.
 */
export function identityFor(
  { identity: own }: User,
  stack: Pick<Stack, 'pgbouncer' | 'users'>,
): Identity | undefined {
  if (!requiresCertificate(stack)) return undefined;
  if (own !== undefined || stack.pgbouncer.auth_type === 'cert') return own;
  return stack.users.find(({ identity }) => identity !== undefined)?.identity;
}
