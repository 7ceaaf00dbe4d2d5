import { error, note, type Page, PGBOUNCER_CONFIG, PGBOUNCER_FEATURES, warning } from '../page.ts';

const LIMITS = 'https://www.pgbouncer.org/config.html#pool-size';

/** What fits the model and is rarely meant: the budget, what lies open, and the traps. */
export const CHECK_PAGES = {
  'over-budget': {
    ...error,
    title: 'more server connections than Postgres has',
    why: 'Under load Postgres refuses the last ones, and queries fail that would only have had to wait: `remaining connection slots are reserved`.',
    pgbouncer:
      'It opens a pool for each pair of database and user, up to its size and, once a client has waited for reserve_pool_timeout, its reserve. max_db_connections bounds an entry over its users, max_user_connections a user over all entries; each counts in one process. It knows nothing of max_connections. A client that is killed in a query leaves its backend behind until Postgres notices (client_connection_check_interval), and a RECONNECT may add one connection a pool for a moment.',
    fix: 'Make the smallest change that the finding names, or raise max_connections. `ecar-pool size` shows the arithmetic.',
    sources: [
      PGBOUNCER_CONFIG,
      'https://www.postgresql.org/docs/current/runtime-config-connection.html',
      'https://github.com/pgbouncer/pgbouncer/issues/103',
    ],
  },
  'unlimited-pool': {
    ...error,
    title: 'a pool without a limit',
    why: 'Each client may take a server connection, which is what a pool is there to prevent.',
    pgbouncer: 'It reads a pool size of 0 as no limit.',
    fix: 'Give `default_pool_size` a number, or cap it with `max_db_connections`.',
    sources: [LIMITS],
  },
  'pool-over-cap': {
    ...warning,
    title: 'a pool that its cap never lets grow to its size',
    why: 'The pools below one cap starve each other: what one holds idle, the other cannot open.',
    pgbouncer:
      'It closes an idle connection of the fullest pool when another one needs it, and waits while none is idle.',
    fix: 'Raise the cap to the pool size and its reserve, or lower those.',
    sources: [LIMITS],
  },
  'pool-over-clients': {
    ...warning,
    title: 'a pool that is larger than max_client_conn',
    why: 'A server connection works for one client at a time: those beyond the number of clients are never used.',
    fix: 'Raise `max_client_conn`, or lower the pool size.',
    sources: [PGBOUNCER_CONFIG],
  },
  'min-pool-size': {
    ...warning,
    title: 'more connections kept open than the pool may have',
    why: 'Fewer stay open than the settings say.',
    pgbouncer: 'It takes the pool size for min_pool_size, without a word.',
    fix: 'Lower `min_pool_size`, or raise the pool size.',
    sources: [LIMITS],
  },
  'reserve-off': {
    ...warning,
    title: 'a reserve that is never used',
    why: 'Clients wait although the settings have connections for them.',
    pgbouncer: 'A reserve_pool_timeout of 0 turns the reserve off.',
    fix: 'Set `reserve_pool_timeout: 5`, or remove `reserve_pool_size`.',
    sources: [PGBOUNCER_CONFIG],
  },
  'server-login-retry': {
    ...warning,
    title: 'a long wait after Postgres was away',
    why: 'Each restart of Postgres becomes an outage of that many seconds: with 15, the first query got through 15 s after Postgres was back; with 1, after 3 s.',
    pgbouncer:
      'After a login to the server that failed it does not try again for server_login_retry seconds.',
    fix: 'Remove the line: 2 is the default here.',
    sources: [PGBOUNCER_CONFIG],
  },
  'prepared-statements': {
    ...warning,
    title: 'prepared statements that do not survive a transaction',
    why: 'Drivers that prepare statements (psycopg 3, asyncpg, JDBC, Npgsql) fail: `prepared statement does not exist`.',
    pgbouncer:
      'Since 1.21 it keeps named statements of the protocol apart in transaction mode, where max_prepared_statements is above 0; before, it passes them on to whichever server connection is free.',
    fix: 'Set `max_prepared_statements: 200` with 1.21 or newer; else switch preparing off in the driver, and put an ignore comment here.',
    sources: [PGBOUNCER_CONFIG, 'https://www.pgbouncer.org/faq.html'],
  },
  'server-side-cursors': {
    ...warning,
    title: 'server-side cursors in transaction mode',
    why: "Django's `.iterator()` opens a cursor that lives on after its transaction, on a connection that others have then: `cursor does not exist`.",
    pgbouncer: 'In transaction mode a server connection goes back to the pool when its transaction ends.',
    fix: 'Remove the line: ecar-pool sets DISABLE_SERVER_SIDE_CURSORS to 1 where it must be.',
    sources: [
      'https://docs.djangoproject.com/en/stable/ref/databases/#transaction-pooling-server-side-cursors',
      PGBOUNCER_FEATURES,
    ],
  },
  'conn-max-age': {
    ...warning,
    title: 'an application that keeps its connections, too',
    why: 'Each worker thread of Django holds on to a client connection, used or not, so that max_client_conn is reached by idle ones; in session mode each holds a server connection as well.',
    fix: 'Remove the line: the pool keeps the connections, and 0 costs a login to PgBouncer.',
    sources: ['https://docs.djangoproject.com/en/stable/ref/databases/#persistent-connections'],
  },
  'no-session-entry': {
    ...warning,
    title: 'nowhere to keep a session',
    why: 'Migrations take advisory locks, and the Django admin pages through cursors: in transaction mode both lose what they hold on to.',
    pgbouncer:
      'Nothing of a session lasts in transaction mode: SET, LISTEN, advisory locks, temporary tables, WITH HOLD cursors.',
    fix: 'Add an entry such as `ecar_admin: { dbname: ecar_db, users: [ecar_user], pool_mode: session, pool_size: 5 }`.',
    sources: [PGBOUNCER_FEATURES],
  },
  'statement-mode': {
    ...warning,
    title: 'statement mode below an application with transactions',
    why: 'Every BEGIN fails: `transaction blocks not allowed in statement pooling mode`.',
    fix: 'Use `pool_mode: transaction`.',
    sources: [PGBOUNCER_FEATURES],
  },
  'uncounted-pools': {
    ...note,
    title: 'pools that no setting tells of',
    why: 'The connection budget counts the pairs of entries and users in the settings; more may come.',
    pgbouncer:
      'It makes a pool for each database that clients ask the entry `*` for, and for each user whom auth_query finds.',
    fix: 'Where auth_query finds users, bound each entry by `max_db_connections`; where clients come to any database by `*`, each user by `max_user_connections`. Once these fit what Postgres has, nothing is said. Where both is so, name the databases in place of `*`.',
    sources: [LIMITS],
  },
  'reset-query-unused': {
    ...note,
    title: 'a reset query that is never sent',
    why: 'It looks as if sessions were reset between clients; in transaction mode a plain SET leaks to whoever comes next.',
    pgbouncer:
      'It sends server_reset_query when a session ends in session mode only, unless server_reset_query_always is 1.',
    fix: 'Remove the line. Use SET LOCAL in the application, or ALTER ROLE ... SET.',
    sources: [PGBOUNCER_CONFIG],
  },
  'server-check-query': {
    ...note,
    title: 'a check query that gains nothing',
    why: 'It costs a round trip each time a connection has been idle for server_check_delay.',
    pgbouncer:
      'Without one it tests an idle connection by an empty query since 1.25, and by `select 1` before.',
    fix: 'Remove the line.',
    sources: [PGBOUNCER_CONFIG],
  },
  'client-idle-timeout': {
    ...error,
    title: "one user's idle timeout that ends everyone else",
    why: 'Every idle client of every other user is disconnected at once.',
    pgbouncer:
      'With the global client_idle_timeout at 0, a user of its own value makes it compare the others with 0.',
    fix: 'Set a global `client_idle_timeout` above 0 beside it.',
    sources: [PGBOUNCER_CONFIG],
  },
  'open-port': {
    ...warning,
    title: 'a port beyond this host without TLS',
    why: 'Whoever is on the network can try passwords, and read every query and every row on its way. Docker publishes a port past the rules of ufw and firewalld.',
    pgbouncer:
      'Without client_tls_sslmode it speaks plain text; an md5 login can be replayed as the hash is the password.',
    fix: 'Remove `bind`, so that it is 127.0.0.1, and let other hosts in by a tunnel or a private network.',
    sources: [
      'https://docs.docker.com/engine/network/packet-filtering-firewalls/',
      'https://www.pgbouncer.org/config.html#tls-settings',
    ],
  },
  'md5-deprecated': {
    ...note,
    title: 'md5 passwords on Postgres 18 or newer',
    why: 'Postgres 18 deprecates them and a release to come will refuse them; the hash itself is enough to log in.',
    fix: 'Set `auth_type: scram-sha-256`, with PgBouncer 1.26.1 or newer.',
    sources: ['https://www.postgresql.org/docs/18/auth-password.html'],
  },
  'image-digest': {
    ...note,
    title: 'an image that is named by its tag alone',
    why: 'A tag is a label that its publisher may move: the same settings may run other bytes tomorrow. For a tag such as `postgres:17` that is meant; for production it is worth a decision.',
    fix: 'Add the digest, which `docker buildx imagetools inspect IMAGE` prints: `image: postgres:17.6@sha256:...`. Or say in an ignore comment why the tag will do.',
    sources: ['https://docs.docker.com/reference/cli/docker/buildx/imagetools/inspect/'],
  },
} as const satisfies Record<string, Page>;
