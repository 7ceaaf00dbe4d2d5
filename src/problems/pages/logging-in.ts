import { error, type Page, PGBOUNCER_CONFIG, refusal, warning } from '../page.ts';

const AUTH_TYPE = `${PGBOUNCER_CONFIG}#auth_type`;

/** Who may log in, and how. */
export const LOGGING_IN_PAGES = {
  'cannot-log-in': {
    ...refusal,
    title: 'somebody who could not log in',
    why: 'PgBouncer has to believe the client, and Postgres has to believe PgBouncer: what is stored of the password must do for both, under the auth_type of the settings.',
    pgbouncer:
      'It starts, and each login fails. It checks no SCRAM login by an md5 hash, and logs in to Postgres by a SCRAM verifier only with what the SCRAM login of a client brings: not for a `user` of an entry, not for auth_user, and not under trust.',
    fix: 'Let the secret be the password in the clear, which does everywhere; or do what the message says.',
    sources: [AUTH_TYPE, `${PGBOUNCER_CONFIG}#authentication-file-format`],
  },
  'no-passwords': {
    ...warning,
    title: 'a pool that asks for no passwords',
    why: 'Whoever reaches the port is any user of the pool, in Postgres as well. On a machine, that is each of its users and programs.',
    pgbouncer:
      '`trust` lets in every user of userlist.txt, admins included; `any` lets in whoever comes, as the user of the entry, and lets everybody look into the console.',
    fix: 'Use scram-sha-256 or md5. Where something else keeps the port, say so in a comment: `# ecar-pool: ignore no-passwords REASON`.',
    sources: [AUTH_TYPE],
  },
  'open-pool': {
    ...error,
    title: 'a pool without passwords that a network reaches',
    why: 'Everybody in that network is any user of the pool, the admin included.',
    pgbouncer: 'Under trust and any it asks nobody for a password.',
    fix: 'Keep the port on 127.0.0.1, or use scram-sha-256.',
    sources: [AUTH_TYPE],
  },
} as const satisfies Record<string, Page>;
