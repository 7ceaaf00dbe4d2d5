import { findRule } from '../../formats/hba.ts';
import { readHba } from '../../formats/read-hba.ts';
import { offersTls } from '../../stack/client-tls.ts';
import type { Stack } from '../../stack/stack.ts';
import { matchCause } from '../causes.ts';
import { seen } from '../evidence.ts';
import { explain, quote, sayOutcome } from '../explain.ts';
import type { Login } from '../logins.ts';
import { fail, ok, skip } from '../row.ts';
import type { Check } from '../scene.ts';

const PASSWORD = { id: 'wrong-password', title: 'wrong password', refusal: 'pgbouncer-refused-password' };
const CERTIFICATE = { id: 'wrong-certificate', title: 'wrong certificate', refusal: 'certificate-refused' };

/**
 * Whether PgBouncer refuses a wrong password, or under `auth_type: cert` the certificate of somebody else: with
 * `auth_type = trust` or `any` all logins above would pass. Only its own refusal counts; a time-out or a missing entry
 * proves nothing, nor does a login by a rule of hba that asks for no password.
 */
export const checkWrongPassword: Check = (scene) => {
  const { evidence, redact, subject } = scene;
  const isByCertificate = subject.stack.pgbouncer.auth_type === 'cert';
  const { id: ID, title: TITLE, refusal } = isByCertificate ? CERTIFICATE : PASSWORD;
  const { intruder, logins } = evidence.inquiry;
  const { auth_type } = subject.stack.pgbouncer;
  if (auth_type === 'trust' || auth_type === 'any')
    return [skip(ID, TITLE, `under auth_type ${auth_type} PgBouncer asks nobody for one`)];
  if (!intruder) return [skip(ID, TITLE, 'no user of the settings logs in to a database')];
  const probe = seen(evidence.probe);
  if (!probe) return [skip(ID, TITLE, 'nothing could be run in the pgbouncer container')];
  const outcome = probe.logins.get(logins.length);
  if (!outcome) return [fail(ID, TITLE, { observed: 'not answered within the time limit' })];
  const { ms } = outcome;
  const said = sayOutcome(outcome);
  const cause = matchCause(said);
  // Whom no rule of hba lets in gets in with no password; that the right one fails is told by the login itself.
  if (outcome.code !== 0 && (cause?.id === refusal || cause?.id === 'hba-file')) {
    return [ok(ID, TITLE, `${intruder.user} is refused by PgBouncer`, { ms })];
  }
  const expected = 'refused by PgBouncer';
  if (outcome.code === 0) {
    const reason = auth_type === 'hba' ? explainEntry(intruder, subject.stack) : undefined;
    if (reason !== undefined) return [skip(ID, TITLE, reason)];
    return [
      fail(
        ID,
        TITLE,
        {
          observed: `${intruder.user} got in with ${isByCertificate ? 'the certificate of another user' : 'a password that was made up'}`,
          expected,
          cause: `PgBouncer does not check ${isByCertificate ? 'whose a certificate is' : 'passwords'}`,
          hint:
            auth_type === 'hba'
              ? 'correct the rules, render, and reload PgBouncer'
              : 'set pgbouncer.auth_type to the one that is meant, render, and restart it',
        },
        { ms },
      ),
    ];
  }
  return [fail(ID, TITLE, { observed: quote(said, redact), expected, ...explain(cause, scene) }, { ms })];
};

/** Why rules let somebody in who has no password, from where verify comes; undefined where they ask for one. */
function explainEntry({ user, database }: Login, stack: Stack): string | undefined {
  const rules = readHba(stack.pgbouncer.files.get('auth_hba_file') ?? '');
  const known = rules.filter((rule) => rule !== undefined);
  if (known.length < rules.length)
    return 'auth_hba_file has lines that only PgBouncer understands, and one may ask for no password';
  const from = { address: '127.0.0.1/32', hasTls: offersTls(stack) };
  const rule = findRule(known, { user, database, ...from });
  return rule?.method === 'trust' || rule?.method === 'cert'
    ? `the rule of hba for ${user} from 127.0.0.1 asks for no password (${rule.method})`
    : undefined;
}
