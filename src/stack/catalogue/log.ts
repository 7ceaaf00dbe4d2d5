import type { Row } from './row.ts';

/** What PgBouncer writes down, and as whom it runs. */
export const LOG = {
  conffile: { type: 'file', default: '', description: 'The file that RELOAD reads.' },
  job_name: { type: 'str', default: 'pgbouncer', change: 'restart', description: 'The name in logs.' },
  log_connections: { type: 'flag', default: '1', description: 'Log each login.' },
  log_disconnections: { type: 'flag', default: '1', description: 'Log each disconnect with its reason.' },
  log_pooler_errors: {
    type: 'flag',
    default: '1',
    description: 'Log the errors that PgBouncer sends to clients.',
  },
  log_stats: { type: 'flag', default: '1', since: '1.11', description: 'Log totals every stats_period.' },
  logfile: { type: 'file', default: '', description: 'The log file, beside stderr.' },
  pidfile: {
    type: 'file',
    default: '',
    change: 'restart',
    description: 'The file that holds the process id.',
  },
  stats_period: {
    type: 'int',
    unit: 's',
    min: 1,
    below: 'start with it and take averages over no time',
    default: '60',
    description: 'The time that averages are taken over.',
  },
  syslog: { type: 'flag', default: '0', description: 'Log to syslog, too.' },
  syslog_facility: { type: 'str', default: 'daemon', description: 'The facility in syslog.' },
  syslog_ident: { type: 'str', default: 'pgbouncer', description: 'The name in syslog.' },
  user: { type: 'str', default: '', change: 'restart', description: 'The Unix user to become at the start.' },
  verbose: { type: 'int', default: '0', description: 'How much more is logged.' },
} as const satisfies Record<string, Row>;
