import { upCommand } from '../../plan/commands.ts';
import { seen } from '../evidence.ts';
import { explain, quote, sayOutcome } from '../explain.ts';
import { findLoginCause } from '../find-cause.ts';
import { CONSOLE, type Login } from '../logins.ts';
import { hasTimedOut, type PsqlOutcome } from '../probe-output.ts';
import { type Failure, fail, ok, type Row, skip } from '../row.ts';
import type { Check, Scene } from '../scene.ts';
import { postgresService } from '../subject.ts';
import { isDown } from './containers.ts';
import { adviseResume, isPaused } from './standstill.ts';

/** Whether each app user gets through to each database of its, and each console user into the console. */
export const checkLogins: Check = (scene) =>
  scene.evidence.inquiry.logins.map((login, index) => judge(scene, login, index));

function judge(scene: Scene, login: Login, index: number): Row {
  const { evidence, redact } = scene;
  const id = `login:${login.user}@${login.database}`;
  const title = `login ${login.user} to ${login.database}`;
  const probe = seen(evidence.probe);
  if (!probe) return skip(id, title, 'nothing could be run in the pgbouncer container');
  const outcome = probe.logins.get(index);
  if (!outcome) {
    const hint = 'see the failures above, or run verify with a larger --timeout';
    return fail(id, title, { observed: 'not answered within the time limit', hint });
  }
  const { ms } = outcome;
  if (outcome.code === 0) {
    const answer = login.database === CONSOLE ? 'let in and answered' : 'SELECT 1 answered by Postgres';
    return ok(id, title, answer, { ms });
  }
  const said = sayOutcome(outcome);
  const why =
    explainSilence(scene, login, outcome) ??
    explain(findLoginCause(said, evidence.aftermath.log, login), scene);
  return fail(id, title, { observed: quote(said, redact), ...why }, { ms });
}

/** Why a login hangs, where what else was seen tells it better than PgBouncer, which just waits. */
function explainSilence(
  scene: Scene,
  { database }: Login,
  outcome: PsqlOutcome,
): Pick<Failure, 'cause' | 'hint' | 'transient'> | undefined {
  if (!hasTimedOut(outcome) && !/timeout expired/i.test(outcome.said)) return undefined;
  if (isPaused(scene, database)) {
    return { cause: 'The pool is paused, and its clients wait', hint: adviseResume(scene, database) };
  }
  const { stack, project } = scene.subject;
  const postgres = postgresService(stack);
  if (postgres !== undefined && isDown(scene.evidence.containers, postgres)) {
    return {
      cause: 'Postgres is not up, and PgBouncer makes its clients wait for it',
      hint: `run ${upCommand(project.directory)}`,
      transient: true,
    };
  }
  return undefined;
}
