import type { Row } from './row.ts';

/** Before, a view was asked in which expired passwords look like valid ones (CVE-2025-2291). */
const AUTH_QUERY =
  'SELECT rolname, CASE WHEN rolvaliduntil < now() THEN NULL ELSE rolpassword END FROM pg_authid WHERE rolname=$1 AND rolcanlogin';

/** Who may log in, and how they prove who they are. */
export const LOGGING_IN = {
  admin_users: { type: 'str', default: '', description: 'The users who may do everything in the console.' },
  auth_dbname: {
    type: 'str',
    default: '',
    since: '1.19',
    description: 'The entry of [databases] in which auth_query is asked.',
  },
  auth_file: { type: 'file', default: '', description: 'The users and their passwords.' },
  auth_hba_file: {
    type: 'file',
    default: '',
    since: '1.7',
    description:
      'Who may log in from where and how, in the form of pg_hba.conf, for `auth_type: hba`; relative to the settings file, and rendered as it is.',
  },
  auth_ident_file: {
    type: 'file',
    default: '',
    since: '1.23',
    description:
      'Maps of names that auth_hba_file refers to; relative to the settings file, and rendered as it is.',
  },
  auth_ldap_options: {
    type: 'str',
    default: '',
    since: '1.25',
    description: 'How to ask the LDAP server, for `auth_type: ldap`.',
  },
  auth_query: {
    type: 'str',
    default: AUTH_QUERY,
    before: { '1.24.1': 'SELECT usename, passwd FROM pg_shadow WHERE usename=$1' },
    since: '1.6',
    description:
      'The query that gives the name and stored password of a user who is not under `users`. Where there is an `auth_user` and no query, ecar-pool has it ask a function that the SQL for Postgres makes, which leaves out superusers, replication and expired passwords.',
  },
  auth_type: {
    type: 'enum',
    words: ['any', 'trust', 'plain', 'md5', 'cert', 'hba', 'ldap', 'pam', 'scram-sha-256'],
    default: 'md5',
    description: 'How clients prove who they are.',
  },
  auth_user: {
    type: 'str',
    default: '',
    since: '1.8',
    description:
      'The user who asks auth_query, one of those under `users`; userlist.txt then holds its password in the clear, since a hash does not log in.',
  },
  scram_iterations: {
    type: 'int',
    min: 1,
    default: '4096',
    since: '1.25',
    description: 'Iterations for SCRAM secrets that PgBouncer itself makes from plain passwords.',
  },
  stats_users: { type: 'str', default: '', description: 'The users who may look in the console.' },
} as const satisfies Record<string, Row>;
