import { matchCause } from '../causes.ts';
import { seen } from '../evidence.ts';
import { explain, quote, sayOutcome } from '../explain.ts';
import { fail, ok, skip } from '../row.ts';
import type { Check } from '../scene.ts';

const PASSWORD = { id: 'wrong-password', title: 'wrong password', refusal: 'pgbouncer-refused-password' };
const CERTIFICATE = { id: 'wrong-certificate', title: 'wrong certificate', refusal: 'certificate-refused' };

/**
 * Whether PgBouncer refuses a wrong password, or under `auth_type: cert` the certificate of somebody else: with
 * `auth_type = trust` or `any` all logins above would pass. Only its own refusal counts; a time-out or a missing entry
 * proves nothing, nor does a login under rules of which some ask for no password.
 */
export const checkWrongPassword: Check = (scene) => {
  const { evidence, redact, subject } = scene;
  const isByCertificate = subject.stack.pgbouncer.auth_type === 'cert';
  const { id: ID, title: TITLE, refusal } = isByCertificate ? CERTIFICATE : PASSWORD;
  const { intruder, logins } = evidence.inquiry;
  const { auth_type, methods } = subject.stack.pgbouncer;
  if (auth_type === 'trust' || auth_type === 'any')
    return [skip(ID, TITLE, `under auth_type ${auth_type} PgBouncer asks nobody for one`)];
  if (!intruder) return [skip(ID, TITLE, 'no user of the settings logs in to a database')];
  const probe = seen(evidence.probe);
  if (!probe) return [skip(ID, TITLE, 'nothing could be run in the pgbouncer container')];
  const outcome = probe.logins.get(logins.length);
  if (!outcome) return [fail(ID, TITLE, { observed: 'not answered within the time limit' })];
  const { ms } = outcome;
  const said = sayOutcome(outcome);
  if (outcome.code !== 0 && matchCause(said)?.id === refusal) {
    return [ok(ID, TITLE, `${intruder.user} is refused by PgBouncer`, { ms })];
  }
  const expected = 'refused by PgBouncer';
  if (outcome.code === 0) {
    if (auth_type === 'hba' && methods.some((method) => method === 'trust' || method === 'cert'))
      return [skip(ID, TITLE, 'some rules of hba ask for no password, and one of them let it in')];
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
  return [
    fail(ID, TITLE, { observed: quote(said, redact), expected, ...explain(matchCause(said), scene) }, { ms }),
  ];
};
