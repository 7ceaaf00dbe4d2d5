import { matchCause } from '../causes.ts';
import { findPgbouncer, seen } from '../evidence.ts';
import { explain, quote, sayOutcome } from '../explain.ts';
import { findLoginCause } from '../find-cause.ts';
import { CONSOLE } from '../logins.ts';
import { fail, ok, skip } from '../row.ts';
import { type Check, consoleTable } from '../scene.ts';

const ID = 'console';
const TITLE = 'admin console';

/** Whether the first user of the console gets in and is answered. */
export const checkConsole: Check = (scene) => {
  const { evidence, redact } = scene;
  const login = evidence.inquiry.console;
  if (login === undefined)
    return [skip(ID, TITLE, 'the settings know the password of no user with the role admin or stats')];
  const state = findPgbouncer(evidence)?.state;
  // Said once already, with its cause, by the check of the containers.
  if (state !== undefined && state !== 'running') {
    return [skip(ID, TITLE, `the pgbouncer container is not running but ${state}`)];
  }
  const { ms } = evidence.probe;
  if ('failure' in evidence.probe) {
    const { failure } = evidence.probe;
    return [
      fail(ID, TITLE, { observed: quote(failure, redact), ...explain(matchCause(failure), scene) }, { ms }),
    ];
  }
  const outcome = seen(evidence.probe)?.console;
  if (consoleTable(scene, 'version') !== undefined) {
    return [ok(ID, TITLE, `${login.user} is let in and answered`, { ms: outcome?.ms })];
  }
  if (outcome === undefined)
    return [fail(ID, TITLE, { observed: 'no answer within the time limit' }, { ms })];
  const said = sayOutcome(outcome);
  const cause = findLoginCause(said, evidence.aftermath.log, { user: login.user, database: CONSOLE });
  return [
    fail(
      ID,
      TITLE,
      { observed: `${login.user}: ${quote(said, redact)}`, ...explain(cause, scene) },
      { ms: outcome.ms },
    ),
  ];
};
