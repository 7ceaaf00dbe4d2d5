import type { Cause } from './causes.ts';

/** Why the exporter cannot get into the console, in the words of its driver (Go's lib/pq) and of PgBouncer. */
export const EXPORTER_CAUSES: readonly Cause[] = [
  {
    id: 'exporter-tls',
    pattern:
      /SSL required|SSL is not enabled|certificate required|unknown certificate authority|certificate authentication failed/i,
    cause:
      'PgBouncer and the exporter are not at one about TLS, or it does not take the certificate of the stats user: each may have read its files before the last render',
    fix: 'make both read anew: {reload}; {restartExporter}',
  },
  {
    id: 'exporter-refused',
    pattern: /authentication failed|no such user|not allowed/i,
    cause:
      'PgBouncer refuses the stats user as the exporter knows it: each may have read its file before the last render',
    fix: 'make both read anew: {reload}; {restartExporter}',
  },
  {
    id: 'exporter-startup-parameter',
    pattern: /unsupported startup parameter/i,
    cause: 'PgBouncer runs with an ignore_startup_parameters that lacks what the exporter sends',
    fix: 'apply the rendered one: {reload}',
  },
  {
    id: 'exporter-unreachable',
    pattern: /connection refused|no such host|no route to host|i\/o timeout/i,
    cause:
      'PgBouncer does not answer where the exporter looks for it; the exporter reads its file only when it starts',
    fix: '{restartExporter}',
    transient: true,
  },
];
