/** A published hole of PgBouncer, as its changelog and its CVE record have it. */
export interface Cve {
  readonly published: string;
  /** The first release that has it. */
  readonly since: string;
  /** The first release that has it no more. */
  readonly fixedIn: string;
  readonly title: string;
  readonly impact: string;
  /** When settings are not exposed to it, and what to do without a new image; undefined where nothing helps. */
  readonly mitigation?: string;
}

/** When this table was last held against PgBouncer's changelog. */
export const CVES_AS_OF = '2026-11-23';

/**
 * The holes of PgBouncer, newest first (https://www.pgbouncer.org/changelog.html, https://www.cve.org); those before
 * 2025 are in releases that ecar-pool does not render for.
 */
export const CVES = {
  'cve-2026-107350': {
    published: '2026-10-14',
    since: '1.17.0',
    fixedIn: '1.26.1',
    title: 'a SCRAM login as any other user',
    impact:
      'Who knows the password of one user of userlist.txt can log in as any other one that uses SCRAM, admins included.',
    mitigation: '`auth_type: md5` is not affected. Under scram-sha-256 nothing but a newer PgBouncer helps.',
  },
  'cve-2026-107349': {
    published: '2026-10-14',
    since: '1.20.0',
    fixedIn: '1.26.1',
    title: 'a start-up parameter that makes PgBouncer spin',
    impact: 'Whoever reaches the port can stop the pool for everyone, without a password.',
    mitigation:
      'An `ignore_startup_parameters` that is empty, or has `options` in it, is not affected; the default of ecar-pool has it.',
  },
  'cve-2026-107348': {
    published: '2026-10-14',
    since: '1.21.0',
    fixedIn: '1.26.1',
    title: 'a packet header that makes PgBouncer spin',
    impact: 'Whoever reaches the port can stop the pool for everyone; since 1.23 without a password.',
    mitigation: 'A `max_packet_size` of at most 2147483647, the default, is not affected.',
  },
  'cve-2026-19888': {
    published: '2026-09-23',
    since: '1.11.0',
    fixedIn: '1.26.0',
    title: 'a SCRAM message without a nonce that ends PgBouncer',
    impact: 'Whoever reaches the port can end the pool, without a password and without the name of a user.',
    mitigation:
      '`auth_type: md5` with md5 hashes in userlist.txt never begins SCRAM. Under scram-sha-256 let only those reach the port who may.',
  },
  'cve-2026-6668': {
    published: '2026-09-23',
    since: '1.5.0',
    fixedIn: '1.26.0',
    title: 'a packet length that makes PgBouncer spin',
    impact: 'Whoever reaches the port can stop the pool for everyone, without a password.',
    mitigation: 'Let only those reach the port who may.',
  },
  'cve-2026-6669': {
    published: '2026-09-23',
    since: '1.11.0',
    fixedIn: '1.26.0',
    title: 'a SCRAM iteration count without a limit',
    impact: 'A hostile Postgres can stop the pool for every other database.',
    mitigation: 'Connect to servers that you trust, through networks that you trust or over TLS.',
  },
  'cve-2026-6664': {
    published: '2026-05-08',
    since: '1.11.0',
    fixedIn: '1.25.2',
    title: 'a malformed SCRAM packet that ends PgBouncer',
    impact: 'Whoever reaches the port can end the pool, without a password.',
    mitigation: '`auth_type: md5` with md5 hashes in userlist.txt never begins SCRAM.',
  },
  'cve-2026-6665': {
    published: '2026-05-08',
    since: '1.11.0',
    fixedIn: '1.25.2',
    title: 'a stack overflow in the SCRAM login to the server',
    impact: 'A hostile Postgres can run code in the pool.',
    mitigation: 'Connect to servers that you trust, through networks that you trust or over TLS.',
  },
  'cve-2026-6666': {
    published: '2026-05-08',
    since: '1.5.0',
    fixedIn: '1.25.2',
    title: 'an error without SQLSTATE that ends PgBouncer',
    impact: 'A hostile Postgres can end the pool.',
    mitigation: 'Connect to servers that you trust, through networks that you trust or over TLS.',
  },
  'cve-2026-6667': {
    published: '2026-05-08',
    since: '1.24.0',
    fixedIn: '1.25.2',
    title: 'a KILL_CLIENT that asks for no admin',
    impact:
      'Whoever may look at the console, as a user with `role: stats`, may end the connections of others.',
    mitigation: 'Without a user of `role: stats` nobody is let in who is no admin.',
  },
  'cve-2025-12819': {
    published: '2025-12-03',
    since: '1.6.0',
    fixedIn: '1.25.1',
    title: 'SQL in the search_path of a start-up message',
    impact: 'Whoever reaches the port can run SQL as the auth_user, without a password.',
    mitigation: 'Only an `auth_query` is affected, with search_path among track_extra_parameters.',
  },
  'cve-2025-2291': {
    published: '2025-04-16',
    since: '1.6.0',
    fixedIn: '1.24.1',
    title: 'an auth_query that takes expired passwords',
    impact: 'A password that Postgres takes no more (VALID UNTIL) still opens the pool.',
    mitigation: 'Only an `auth_query` is affected that does not look at VALID UNTIL.',
  },
} as const satisfies Record<string, Cve>;

export type CveCode = keyof typeof CVES;
