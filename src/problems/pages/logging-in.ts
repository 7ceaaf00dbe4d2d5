import { error, type Page, PGBOUNCER_CONFIG, refusal, warning } from '../page.ts';

const AUTH_TYPE = `${PGBOUNCER_CONFIG}#auth_type`;

const HBA = `${PGBOUNCER_CONFIG}#hba-file-format`;

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
    pgbouncer:
      'Under trust and any, and by a rule of hba with the method trust, it asks nobody for a password.',
    fix: 'Keep the port on 127.0.0.1, or use scram-sha-256.',
    sources: [AUTH_TYPE],
  },
  'hba-unused': {
    ...refusal,
    title: 'rules that PgBouncer would not read',
    why: 'Who wrote them relies on them.',
    pgbouncer: 'It reads rules under `auth_type: hba` only, and from one file.',
    fix: 'Write `auth_type: hba`, and keep the rules in one place.',
    sources: [HBA],
  },
  'hba-unreached': {
    ...warning,
    title: 'a rule that is never asked',
    why: 'What it says of logins does not hold: an earlier rule is for everybody whom it is for, or nobody connects in the way that it is for.',
    pgbouncer:
      'It goes by the first rule that fits. `hostssl` fits no connection without TLS, and under client_tls_sslmode require nobody gets in by another one.',
    fix: 'Put the rule before the other one, write `type: host`, or remove it.',
    sources: [HBA],
  },
  'hba-shut-out': {
    ...warning,
    title: 'a user of the settings whom no rule lets in',
    why: 'The application and the exporter come from the network of the stack, `verify` from the container itself. Docker takes the network from 172.16.0.0/12 or from 192.168.0.0/16, and may take another one each time that it makes it. Of anybody else nobody knows from where they come: one rule for a network is enough.',
    pgbouncer:
      'It goes by the first rule that fits, and lets in nobody whom none fits: `no authentication method is found`.',
    fix: 'Add a rule for the user, or take the user out of the database. Where the Docker daemon has `default-address-pools` of its own, say so in a comment: `# ecar-pool: ignore hba-shut-out REASON`.',
    sources: [HBA, 'https://docs.docker.com/engine/network/#automatic-subnet-allocation'],
  },
  'lookup-without-keys': {
    ...warning,
    title: 'users of Postgres whom the pool finds, and cannot log in',
    why: 'They get in to PgBouncer, and each query ends in `wrong password type`: only a role that still has an md5 hash gets further.',
    pgbouncer:
      'What it finds by auth_query is what Postgres stores of a password, a SCRAM verifier unless somebody chose md5. It logs in by a verifier only with what the SCRAM login of a client brings: not under trust, cert and password.',
    fix: 'Have these users asked by scram-sha-256 or md5, or list them under `users` with a `password`.',
    sources: [AUTH_TYPE, `${PGBOUNCER_CONFIG}#auth_query`],
  },
} as const satisfies Record<string, Page>;
