import { X509Certificate } from 'node:crypto';
import { formatFix } from '../explain.ts';
import { fail, ok, skip } from '../row.ts';
import type { Check } from '../scene.ts';

const ID = 'client-tls';
const TITLE = 'TLS to clients';
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Which certificate clients are shown, and for how long it holds. PgBouncer reads a renewed one at a reload only, and
 * SHOW CONFIG has its path, not what was read from it.
 */
export const checkClientTls: Check = (scene) => {
  const { evidence, subject, redact } = scene;
  const { shown } = evidence;
  if (shown === undefined) return [];
  if ('failure' in shown)
    return [skip(ID, TITLE, `the published port could not be asked from here: ${redact(shown.failure)}`)];
  const { protocol, subject: name, validTo, fingerprint256 } = shown.value;
  const { ms } = shown;
  const day = new Date(validTo).toISOString().slice(0, 10);
  const seen = `${protocol}, certificate of ${name}`;
  const rendered = subject.stack.pgbouncer.files.get('client_tls_cert_file') ?? '';
  if (new X509Certificate(rendered).fingerprint256 !== fingerprint256)
    return [
      fail(
        ID,
        TITLE,
        {
          observed: `${seen} until ${day}, which is not the one in the settings`,
          cause: 'PgBouncer has not reloaded since the certificate was renewed, or could not',
          hint: formatFix('run {render}, then {reload}', scene),
        },
        { ms },
      ),
    ];
  if (validTo < evidence.seenAt)
    return [
      fail(
        ID,
        TITLE,
        {
          observed: `${seen}, which expired on ${day}`,
          cause: 'Clients that check it (sslmode=verify-full) refuse it',
          hint: formatFix('renew it, run {render}, then {reload}', scene),
        },
        { ms },
      ),
    ];
  const days = Math.floor((validTo - evidence.seenAt) / DAY_MS);
  return [ok(ID, TITLE, `${seen}, ${days} days left`, { ms })];
};
