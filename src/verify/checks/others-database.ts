import { matchCause } from '../causes.ts';
import { seen } from '../evidence.ts';
import { explain, formatFix, quote, sayOutcome } from '../explain.ts';
import { listLogins } from '../logins.ts';
import { fail, ok, skip } from '../row.ts';
import type { Check } from '../scene.ts';

const ID = 'others-database';
const TITLE = 'database of others';

/**
 * Whether Postgres refuses a user a database that the settings do not list it for. PgBouncer does not ask: it
 * passes on whoever has a password. No row where every user may enter every database.
 */
export const checkOthersDatabase: Check = (scene) => {
  const { evidence, redact } = scene;
  const { trespasser } = evidence.inquiry;
  if (!trespasser) return [];
  const probe = seen(evidence.probe);
  if (!probe) return [skip(ID, TITLE, 'nothing could be run in the pgbouncer container')];
  const outcome = probe.logins.get(listLogins(evidence.inquiry).indexOf(trespasser));
  if (!outcome) return [fail(ID, TITLE, { observed: 'not answered within the time limit' })];
  const { user, database } = trespasser;
  const { ms } = outcome;
  const said = sayOutcome(outcome);
  const cause = matchCause(said);
  if (outcome.code !== 0 && cause?.id === 'no-connect-privilege')
    return [ok(ID, TITLE, `${user} is refused ${database} by Postgres`, { ms })];
  // Rules of hba that let nobody in there shut it out before Postgres is asked.
  if (outcome.code !== 0 && cause?.id === 'hba-file')
    return [ok(ID, TITLE, `${user} is refused ${database} by PgBouncer's rules (auth_type: hba)`, { ms })];
  const expected = 'refused by Postgres';
  if (outcome.code !== 0)
    return [fail(ID, TITLE, { observed: quote(said, redact), expected, ...explain(cause, scene) }, { ms })];
  const failure = {
    observed: `${user} got into ${database}, which does not list it`,
    expected,
    cause: 'The database lets others connect than its users: Postgres lets everyone until told otherwise',
    hint: formatFix('run {roles}', scene),
  };
  return [fail(ID, TITLE, failure, { ms })];
};
