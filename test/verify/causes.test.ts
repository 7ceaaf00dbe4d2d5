import { describe, expect, it } from 'vitest';
import { CAUSES, matchCause } from '../../src/verify/causes.ts';
import { findCrashCause, findLoginCause } from '../../src/verify/find-cause.ts';
import { currentLife } from '../../src/verify/pooler-log.ts';

/** One sample each, as PgBouncer 1.18 to 1.26, psql or docker wrote it. */
const SAMPLES: readonly (readonly [id: string, text: string])[] = [
  [
    'no-scram-keys',
    'cannot do SCRAM authentication: password is SCRAM secret but client authentication did not provide SCRAM keys',
  ],
  [
    'mixed-scram-keys',
    'psql: error: connection to server at "127.0.0.1", port 6432 failed: incorrect server signature',
  ],
  [
    'md5-hash-scram-role',
    'ERROR S-0x561c: ecar_db/ecar_user@172.23.0.3:5432 cannot do SCRAM authentication: wrong password type',
  ],
  [
    'md5-hash-scram-role',
    'psql: error: connection to server at "postgres" (172.18.0.2), port 5432 failed: authentication method requirement "md5,none" failed: server requested SASL authentication',
  ],
  ['scram-verifier-md5-role', 'cannot do MD5 authentication: wrong password type'],
  ['wrong-password-type', 'FATAL:  server login failed: wrong password type'],
  ['postgres-refused-password', 'FATAL:  password authentication failed for user "bob"'],
  [
    'no-hba-entry',
    'FATAL:  no pg_hba.conf entry for host "172.18.0.3", user "u", database "d", no encryption',
  ],
  ['role-may-not-log-in', 'FATAL:  role "weird-1" is not permitted to log in'],
  ['no-role', 'FATAL:  role "bob" does not exist'],
  ['no-server-database', 'FATAL:  database "gone" does not exist'],
  ['no-connect-privilege', 'FATAL:  permission denied for database "ecar_db"'],
  [
    'postgres-full',
    'server login failed: FATAL remaining connection slots are reserved for roles with the SUPERUSER attribute',
  ],
  ['postgres-starting', 'FATAL:  the database system is starting up'],
  ['server-without-tls', 'closing because: server refused SSL (age=0s)'],
  [
    'server-certificate-name',
    "closing because: server conn crashed? (age=0s) server: name `db' not present in server certificate",
  ],
  [
    'server-ca',
    'closing because: sslreq processing failed (age=0s) server: failed to load CA: error:80000002:system library::No such file or directory',
  ],
  [
    'server-certificate',
    'closing because: server conn crashed? (age=0s) server: handshake failed: error:0A000086:SSL routines::certificate verify failed',
  ],
  [
    'server-handshake',
    'closing because: server conn crashed? (age=0s) server: handshake failed: error:0A00042E:SSL routines::tlsv1 alert protocol version',
  ],
  ['server-asks-certificate', 'FATAL:  connection requires a valid client certificate'],
  ['dns', 'LOG S-0x559f: ecar_admin/ecar_user@(bad-af):0 closing because: server DNS lookup failed (age=0s)'],
  [
    'postgres-unreachable',
    'LOG S-0x5563: ecar_db/weird-1@172.23.0.3:5433 closing because: connect failed (age=0s)',
  ],
  [
    'postgres-silent',
    'FATAL:  server login has been failing, cached error: connect timeout (server_login_retry)',
  ],
  ['broken-userlist', '2026-11-23 09:15:48.006 UTC [1] ERROR broken auth file'],
  ['unreadable-userlist', 'ERROR could not open auth_file /etc/pgbouncer/userlist.txt: Permission denied'],
  ['no-such-user', 'LOG C-0x55c3: (nodb)/(nouser)@127.0.0.1:55880 no such user: stats'],
  ['no-such-database', 'FATAL:  no such database: nodb'],
  ['database-disabled', 'FATAL:  database "ecar_admin" is disabled'],
  ['not-allowed', 'FATAL:  not allowed'],
  ['pool-full', 'FATAL:  no more connections allowed (max_client_conn)'],
  ['startup-parameter', 'FATAL:  unsupported startup parameter: search_path'],
  ['client-without-tls', 'FATAL:  SSL required'],
  ['tls-not-offered', 'server does not support SSL, but SSL was required'],
  ['certificate-refused', 'FATAL:  certificate authentication failed'],
  ['client-certificate-missing', 'SSL error: tlsv13 alert certificate required'],
  ['client-certificate-expired', 'SSL error: ssl/tls alert certificate expired'],
  ['client-certificate-unknown', 'SSL error: tlsv1 alert unknown ca'],
  ['client-certificate-usage', 'SSL error: ssl/tls alert unsupported certificate'],
  ['auth-query', 'FATAL:  bouncer config error'],
  ['hba-file', 'FATAL:  no authentication method is found'],
  ['shutting-down', 'FATAL:  pooler is shutting down'],
  ['pgbouncer-refused-password', 'FATAL:  password authentication failed'],
  ['pgbouncer-refused-password', 'FATAL:  SASL authentication failed'],
  [
    'not-listening',
    'connection to server at "127.0.0.1", port 6432 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?',
  ],
  ['bad-config', '2026-11-23 09:16:21.079 UTC [1] FATAL cannot load config file'],
  ['runs-as-root', 'FATAL PgBouncer should not run as root'],
  ['pidfile', "FATAL pidfile '/var/run/pgbouncer.pid' exists, another instance running?"],
  ['unix-socket', 'FATAL failed to create unix socket'],
  ['tls-files', 'ERROR TLS setup failed: failed to load CA: No such file or directory'],
  ['not-running', 'service "pgbouncer" is not running'],
  [
    'not-running',
    'Error response from daemon: Container d452e5 is restarting, wait until the container is running',
  ],
  ['no-tools', 'sh: psql: not found'],
  [
    'no-tools',
    'OCI runtime exec failed: exec failed: exec: "sh": executable file not found in $PATH: unknown',
  ],
  ['timeout', 'connection to server at "127.0.0.1", port 6432 failed: timeout expired'],
  ['timeout', 'FATAL:  query_wait_timeout'],
];

describe('the table of causes', () => {
  it.each(SAMPLES)('must find %s in: %s', (id, text) => {
    expect(matchCause(text)?.id).toBe(id);
  });

  it('must have a sample for every row', () => {
    expect(new Set(SAMPLES.map(([id]) => id))).toEqual(new Set(CAUSES.map(({ id }) => id)));
  });

  it('must say what to do, in a sentence without a full stop', () => {
    for (const { cause, fix } of CAUSES) {
      expect(cause).toMatch(/^\w.*[^.]$/s);
      expect(fix).toMatch(/^[a-z`].*[^.]$/s);
    }
  });
});

const line = (text: string) => `2026-11-23 09:15:44.603 UTC [1] ${text}`;
const BOB = { user: 'bob', database: 'app' };

describe('findLoginCause', () => {
  it.each([
    ['psql says it all', 'FATAL:  no such database: app', [], 'no-such-database'],
    [
      'the log of the same login is more exact',
      'FATAL:  server login failed: wrong password type',
      [
        line('ERROR S-0x1: app/bob@172.23.0.3:5432 cannot do SCRAM authentication: wrong password type'),
        line('ERROR S-0x2: app/eve@172.23.0.3:5432 cannot do MD5 authentication: wrong password type'),
        line('WARNING server login failed: FATAL role "eve" is not permitted to log in'),
      ],
      'md5-hash-scram-role',
    ],
    [
      'a handshake with the server failed',
      'timeout expired',
      [
        line('LOG S-0x1: app/bob@172.23.0.3:5432 new connection to server (from 172.23.0.4:42880)'),
        line("WARNING TLS handshake error: name `db' not present in server certificate"),
        line('LOG S-0x1: app/bob@172.23.0.3:5432 closing because: server conn crashed? (age=0s)'),
      ],
      'server-certificate-name',
    ],
    [
      'a handshake with some client failed, and nothing is known of the server',
      'timeout expired',
      [
        line(
          'WARNING TLS handshake error: handshake failed: error:0A000086:SSL routines::certificate verify failed',
        ),
        line('LOG C-0x1: app/bob@172.23.0.9:5432 closing because: client close request (age=0s)'),
      ],
      'timeout',
    ],
    [
      'only others are in the log',
      'timeout expired',
      [line('LOG S-0x2: app/eve@172.23.0.3:5432 closing because: connect failed (age=0s)')],
      'timeout',
    ],
    [
      'the latest line counts',
      'timeout expired',
      [
        line('LOG S-0x1: app/bob@172.23.0.3:5432 closing because: server DNS lookup failed (age=0s)'),
        line('LOG S-0x1: app/bob@172.23.0.3:5432 closing because: connect failed (age=0s)'),
      ],
      'postgres-unreachable',
    ],
    [
      'a line on no connection counts, too',
      'timeout expired',
      [line('WARNING DNS lookup failed: nohost: result=0')],
      'dns',
    ],
    [
      "verify's own wrong password does not mislead",
      'timeout expired',
      [line('LOG C-0x1: app/bob@127.0.0.1:1 closing because: password authentication failed (age=0s)')],
      'timeout',
    ],
    [
      'PgBouncer refused because its list is broken',
      'FATAL:  password authentication failed',
      [line('ERROR broken auth file'), line('LOG C-0x1: (nodb)/(nouser)@127.0.0.1:1 no such user: bob')],
      'broken-userlist',
    ],
    [
      'the list was mended by a reload',
      'FATAL:  password authentication failed',
      [line('ERROR broken auth file'), line('LOG got SIGHUP, re-reading config')],
      'pgbouncer-refused-password',
    ],
    [
      'another user is unknown',
      'FATAL:  SASL authentication failed',
      [line('LOG C-0x1: (nodb)/(nouser)@127.0.0.1:1 no such user: bobby')],
      'pgbouncer-refused-password',
    ],
    ['nothing known was said', 'something new', [], undefined],
  ])('must decide where %s', (_, said, log, id) => {
    expect(findLoginCause(said, log.join('\n'), BOB)?.id).toBe(id);
  });
});

describe('currentLife', () => {
  it('must begin after the last end, and keep the last words of the one that is dead', () => {
    const fatal = line('FATAL cannot load config file');
    expect(currentLife([line('LOG a'), fatal, line('ERROR b'), fatal].join('\n'))).toEqual([
      line('ERROR b'),
      fatal,
    ]);
    expect(currentLife([line('LOG server connections dropped, exiting'), line('LOG up')].join('\n'))).toEqual(
      [line('LOG up')],
    );
  });

  it('must not take a FATAL of Postgres that PgBouncer quotes for its own', () => {
    const lines = [
      line('LOG up'),
      line('WARNING server login failed: FATAL database "x" does not exist'),
      line('LOG c'),
    ];
    expect(currentLife(lines.join('\n'))).toEqual(lines);
  });
});

describe('findCrashCause', () => {
  it('must find nothing in the log of a PgBouncer that runs', () => {
    expect(findCrashCause(line('LOG process up: PgBouncer 1.26.1'))).toBeUndefined();
    expect(findCrashCause('')).toBeUndefined();
  });
});
