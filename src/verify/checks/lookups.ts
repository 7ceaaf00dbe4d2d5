import { CAUSES, matchCause } from '../causes.ts';
import { seen } from '../evidence.ts';
import { explain, quote, sayOutcome } from '../explain.ts';
import { listLogins } from '../logins.ts';
import { fail, ok, type Row, skip } from '../row.ts';
import type { Check } from '../scene.ts';

/**
 * Whether Postgres answers what PgBouncer asks it about users (auth_query): no login of the settings needs that, and whom
 * only Postgres knows is shut out without it, as after a dump without the function was restored.
 */
export const checkLookups: Check = (scene) => {
  const { inquiry, probe: sight } = scene.evidence;
  const before = listLogins(inquiry).length;
  return inquiry.lookups.map(({ user, database }, index): Row => {
    const [id, title] = [`lookup:${user}@${database}`, `auth_query in ${database}`];
    const probe = seen(sight);
    if (!probe) return skip(id, title, 'nothing could be run in the pgbouncer container');
    const outcome = probe.servers.get(before + index);
    if (!outcome) return fail(id, title, { observed: 'not answered within the time limit' });
    const { ms } = outcome;
    if (outcome.code === 0) return ok(id, title, `answered by Postgres for ${user}`, { ms });
    const said = sayOutcome(outcome);
    // Let in, and then told of an error: it is the question that fails.
    const cause = said.startsWith('ERROR:')
      ? CAUSES.find(({ id: each }) => each === 'auth-query')
      : matchCause(said);
    const why = explain(cause, scene, user);
    return fail(id, title, { observed: quote(said, scene.redact), ...why }, { ms });
  });
};
