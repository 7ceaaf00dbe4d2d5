import type { Cause } from './causes.ts';

/** How a client fails to log in to PgBouncer; rows as in causes.ts. */
export const CLIENT_CAUSES: readonly Cause[] = [
  {
    id: 'broken-userlist',
    pattern: /broken auth file|username too long in auth file/i,
    cause:
      'PgBouncer stopped reading userlist.txt at a line that it cannot parse; the users below do not exist for it',
    fix: 'run {render}, then {reload}',
  },
  {
    id: 'unreadable-userlist',
    pattern: /could not open auth_file|auth_file [^\n]*: (?:Permission denied|No such file)/i,
    cause: 'PgBouncer cannot read userlist.txt, so it knows no user',
    fix: 'run {render}, then {restart}',
  },
  {
    id: 'no-such-user',
    pattern: /no such user/i,
    cause: 'The running PgBouncer has no such user: it has not read the rendered userlist.txt',
    fix: 'run {render}, store the password in Postgres: {roles}, then {reload}',
    externalFix: 'run {render}, then {reload}',
    adoptedFix: 'run {render}, then {reload}',
  },
  {
    id: 'no-such-database',
    pattern: /no such database/i,
    cause: 'The running PgBouncer has no such entry: it has not read the rendered pgbouncer.ini',
    fix: 'run {render}, then {reload}',
  },
  {
    id: 'database-disabled',
    pattern: /database "[^"]*" is disabled|database does not allow connections/i,
    cause: 'Someone ran DISABLE for this entry in the admin console',
    fix: 'run ENABLE for it, as told at `pools are active`, or {restart}',
  },
  {
    id: 'not-allowed',
    pattern: /FATAL:\s+not allowed/i,
    cause: 'The running PgBouncer has this user neither in admin_users nor in stats_users',
    fix: 'run {render}, then {reload}',
  },
  {
    id: 'pool-full',
    pattern:
      /no more connections allowed|\(max_(?:client_conn|db_client_connections|user_client_connections)\)/i,
    cause: 'PgBouncer has as many clients as it may',
    fix: 'raise max_client_conn, or find the client that keeps its connections (SHOW CLIENTS)',
  },
  {
    id: 'startup-parameter',
    pattern: /unsupported startup parameter/i,
    cause: 'PgBouncer refuses a parameter that the client sends',
    fix: 'name it in ignore_startup_parameters',
  },
  {
    id: 'client-without-tls',
    pattern: /SSL required/i,
    cause: 'PgBouncer lets nobody in without TLS (client_tls_sslmode)',
    fix: 'run {render}, then {reload}; other clients need sslmode=require or better',
  },
  {
    id: 'tls-not-offered',
    pattern: /server does not support SSL/i,
    cause: 'The running PgBouncer speaks no TLS: it has not read the rendered settings, or could not',
    fix: 'run {render}, then {reload}',
  },
  {
    id: 'certificate-refused',
    pattern: /certificate authentication failed|TLS certificate name mismatch/i,
    cause: "The common name of the client's certificate is not the user, or PgBouncer knows no such user",
    fix: 'have a certificate made for CN=user, and name it with `sslcert` and `sslkey` of the user',
  },
  {
    id: 'client-certificate-missing',
    pattern: /alert certificate required|alert handshake failure|peer did not return a certificate/i,
    cause: 'PgBouncer asks clients for a certificate, and was shown none (client_tls_sslmode)',
    fix: 'name one with `sslcert` and `sslkey` of the user, run {render}',
  },
  {
    id: 'client-certificate-expired',
    pattern: /alert certificate expired/i,
    cause: "The client's certificate has expired",
    fix: 'renew the one that `sslcert` of the user names',
  },
  {
    id: 'client-certificate-unknown',
    pattern: /alert unknown ca/i,
    cause: "The client's certificate is not signed by an authority that the running PgBouncer knows",
    fix: 'name the one that signed it with client_tls_ca_file, run {render}, then {reload}',
  },
  {
    id: 'client-certificate-usage',
    pattern: /alert unsupported certificate/i,
    cause:
      "The client's certificate says that it is for something else (extendedKeyUsage without clientAuth)",
    fix: 'have one made with extendedKeyUsage=clientAuth, and name it with `sslcert` and `sslkey` of the user',
  },
  {
    id: 'auth-query',
    pattern: /bouncer config error|error in auth_query/i,
    cause:
      'The auth_query fails: auth_user may not run it, what it asks is not there, or it gives other columns than user and password',
    fix: 'make the function that it asks and let auth_user ask it: {roles}; a query of your own, run by hand in Postgres as auth_user',
    adoptedFix: 'run the query by hand in Postgres as auth_user',
  },
  {
    id: 'hba-file',
    pattern: /no authentication method is found|login rejected/i,
    cause: "PgBouncer's own rules (auth_type: hba) let this user not in from 127.0.0.1",
    fix: 'add a rule for it from 127.0.0.1 to `pgbouncer.hba`, or to the file that auth_hba_file names; run {render}, then {reload}',
  },
  {
    id: 'shutting-down',
    pattern: /(?:pooler|server) is shutting down|server shutting down/i,
    cause: 'PgBouncer is stopping and takes no new clients',
    fix: 'start it again: {up}',
    transient: true,
  },
  {
    id: 'pgbouncer-refused-password',
    pattern: /SASL authentication failed|password authentication failed\s*$/im,
    cause: 'PgBouncer refused the password: its userlist.txt holds another one for the user',
    // Who changes a password in the settings changes it in both places.
    fix: 'run {render}, store it in Postgres: {roles}, then {reload}',
    adoptedFix:
      'run {render}, then {reload}; where Postgres has another password than the settings, too: {roles}',
    vague: true,
  },
  {
    id: 'not-listening',
    pattern: /connection refused/i,
    cause: 'PgBouncer does not listen on the port of the settings',
    fix: 'run {render}, then {restart}',
    transient: true,
  },
];
