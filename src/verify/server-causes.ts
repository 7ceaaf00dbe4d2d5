import type { Cause } from './causes.ts';

/** How PgBouncer fails to log in to Postgres; rows as in causes.ts. */
export const SERVER_CAUSES: readonly Cause[] = [
  {
    id: 'no-scram-keys',
    pattern: /did not provide SCRAM keys/i,
    cause:
      'userlist.txt holds a SCRAM verifier, and PgBouncer has no SCRAM keys from a client to use it with: it loses them on a reconnect in 1.25.1 and 1.25.2, and never has any for a forced user or under another auth_type than md5 and scram-sha-256',
    fix: 'let userlist.txt hold the password itself: give the user a `password` in place of a `secret`, run {render}, then {reload}{update}',
  },
  {
    id: 'mixed-scram-keys',
    pattern: /incorrect server signature/i,
    cause:
      'PgBouncer, since 1.25, has a key of the verifier before among those of this one: somebody was logging in by that as it read userlist.txt',
    fix: 'touch pgbouncer/userlist.txt in the rendered folder, since it reads no file that is the same one, then {reload}; `ecar-pool rotate` sees to that by itself',
  },
  {
    id: 'md5-hash-scram-role',
    pattern: /cannot do SCRAM authentication: wrong password type|server requested SASL authentication/i,
    cause:
      'userlist.txt holds an md5 hash, and Postgres asks for SCRAM, which an md5 hash cannot answer: its pg_hba.conf demands scram-sha-256 (the default of its image), or the role has a SCRAM verifier',
    // The rendered Postgres has md5 in its pg_hba.conf, so that there the role is what differs.
    fix: "store the role's password as md5, as the settings want it: {roles}; or set pgbouncer.auth_type: scram-sha-256",
    externalFix:
      "set pgbouncer.auth_type: scram-sha-256, and the password itself where the settings hold a hash of it; then run {apply}; or, where pg_hba.conf says md5, store the role's password as md5: {roles}",
  },
  {
    id: 'scram-verifier-md5-role',
    pattern: /cannot do MD5 authentication: wrong password type/i,
    cause: 'userlist.txt holds a SCRAM verifier, and the Postgres role has an md5 hash',
    fix: "store the role's password as SCRAM, as the settings want it: {roles}",
  },
  {
    id: 'wrong-password-type',
    pattern: /wrong password type/i,
    cause:
      'what userlist.txt holds for the user is of another kind than what Postgres asks for: its role stores the other kind, or its pg_hba.conf demands it',
    fix: 'store both the way that the settings want it: {roles}',
    externalFix:
      'store both the way that the settings want it: {roles}; where pg_hba.conf demands scram-sha-256, set pgbouncer.auth_type: scram-sha-256 first',
    vague: true,
  },
  {
    id: 'postgres-refused-password',
    pattern: /password authentication failed for user "/i,
    cause:
      'Postgres refused what userlist.txt holds for the user: it has another password, a SCRAM verifier that is not the one that Postgres stores, or no such role at all',
    fix: 'bring the role in line with the settings: {roles}',
    externalFix:
      'bring the role in line with the settings: {roles}; where that says that the role does not exist, create it first (CREATE ROLE … LOGIN)',
    adoptedFix:
      'correct the password that the settings name, run {render}, then {reload}; or give the role that password: {roles}',
  },
  {
    id: 'no-hba-entry',
    pattern: /no pg_hba\.conf entry|pg_hba\.conf rejects connection/i,
    cause: "Postgres's pg_hba.conf lets no connection in from PgBouncer for this user and database",
    fix: "add a line to pg_hba.conf for PgBouncer's address with the method md5 or scram-sha-256, then reload Postgres",
  },
  {
    id: 'role-may-not-log-in',
    pattern: /role "[^"]*" is not permitted to log in/i,
    cause: 'The Postgres role exists, but may not log in',
    fix: 'run ALTER ROLE … LOGIN',
  },
  {
    id: 'no-role',
    pattern: /role "[^"]*" does not exist/i,
    cause: 'Postgres has no such role',
    fix: 'create it and bring it in line with the settings: {roles}',
    externalFix: 'create it there (CREATE ROLE … LOGIN), then store its password: {roles}',
    adoptedFix: 'correct its name under `users`, or create it there (CREATE ROLE … LOGIN PASSWORD …)',
  },
  {
    id: 'no-server-database',
    pattern: /database "[^"]*" does not exist/i,
    cause: 'The entry leads to a database that Postgres does not have',
    fix: 'create it: {roles}; or correct `dbname` in the settings',
    externalFix: 'correct `dbname` in the settings, or create the database there (CREATE DATABASE … OWNER …)',
    adoptedFix: 'correct `dbname` in the settings, or create the database there (CREATE DATABASE … OWNER …)',
  },
  {
    id: 'no-connect-privilege',
    pattern: /permission denied for database/i,
    cause: 'The Postgres role may not connect to the database',
    fix: 'run GRANT CONNECT on it: {roles}',
    externalFix: 'run GRANT CONNECT on it',
    adoptedFix: 'run GRANT CONNECT on it',
  },
  {
    id: 'postgres-full',
    pattern:
      /remaining connection slots|too many clients already|too many connections for (?:role|database)/i,
    cause: 'Postgres has no connection left',
    fix: 'lower the pool sizes or raise max_connections; SELECT * FROM pg_stat_activity shows who holds them',
  },
  {
    id: 'postgres-starting',
    pattern: /the database system is (?:starting up|shutting down|in recovery|not yet accepting)/i,
    cause: 'Postgres is starting or stopping',
    fix: 'wait for it: {wait}',
    transient: true,
  },
  {
    id: 'server-without-tls',
    pattern: /server refused SSL|SSL off/i,
    cause: 'Postgres speaks no TLS, and server_tls_sslmode asks for it',
    fix: 'remove `server_tls_sslmode` from the settings, run {render}, then {reload}',
    externalFix:
      'switch TLS on there (ssl = on, with ssl_cert_file and ssl_key_file), or write server_tls_sslmode: prefer',
  },
  {
    id: 'server-certificate-name',
    pattern: /name `[^']*' not present in server certificate/i,
    cause: 'The certificate of Postgres is for another host than the one that PgBouncer connects to',
    fix: 'write the host in the settings as the certificate has it, or have it made for this one; server_tls_sslmode: verify-ca leaves the name unchecked',
  },
  {
    id: 'server-ca',
    pattern: /server: failed to load CA/i,
    cause: 'PgBouncer is to check the certificate of Postgres, and has no certificate authority to do so by',
    fix: 'name the one that signed it with server_tls_ca_file, run {render}, then {reload}',
  },
  {
    id: 'server-certificate',
    pattern: /server: handshake failed: [^\n]*certificate verify failed/i,
    cause:
      'The certificate of Postgres is not signed by the authority of server_tls_ca_file, has expired, or does not hold yet',
    fix: 'look at it: openssl s_client -starttls postgres -connect {server} -showcerts; then renew it there, or correct server_tls_ca_file',
  },
  {
    id: 'server-handshake',
    pattern: /server: handshake failed/i,
    cause:
      'PgBouncer and Postgres find no version of TLS or cipher in common, or Postgres refuses the certificate that PgBouncer shows',
    fix: 'hold server_tls_protocols, server_tls_ciphers and server_tls_cert_file against what the log of Postgres says',
  },
  {
    id: 'server-asks-certificate',
    pattern: /connection requires a valid client certificate|certificate authentication failed for user "/i,
    cause: "Postgres's pg_hba.conf asks PgBouncer for a certificate, and it shows none for that role",
    fix: 'name one with server_tls_cert_file and server_tls_key_file',
  },
  {
    id: 'dns',
    pattern: /DNS lookup failed/i,
    cause:
      'PgBouncer finds no address for the host of Postgres: the name is wrong, or its container is not running',
    fix: 'see that both containers are up and on one network: {up}',
    externalFix:
      'correct `postgres.host` in the settings; a container of another project needs a `network` that both are on',
    transient: true,
  },
  {
    id: 'postgres-unreachable',
    pattern:
      /closing because: connect failed|cached error: connect failed|closing because: server conn crashed/i,
    cause: 'Nothing accepts connections at the host and port of Postgres, as PgBouncer sees them',
    fix: 'see that Postgres is up: {up}; if it is, it may have a new address, which PgBouncer learns at once where it is restarted: {restart}',
    externalFix: 'check that Postgres is up and `postgres.host` and `postgres.port` in the settings',
    transient: true,
  },
  {
    id: 'postgres-silent',
    pattern: /connect timeout|server_connect_timeout/i,
    cause: 'Postgres, or a firewall before it, takes connections and does not answer',
    fix: 'see what it does: {postgresLog}',
    externalFix: 'check `postgres.host` and `postgres.port` and the firewall between the two',
    transient: true,
  },
];
