import { startServerCommand } from '../../plan/commands.ts';
import type { Stack } from '../../stack/stack.ts';
import type { Cause } from '../causes.ts';
import { seen } from '../evidence.ts';
import { explain, quote, sayOutcome } from '../explain.ts';
import { findLoginCause } from '../find-cause.ts';
import { CONSOLE, explainLack, type Login } from '../logins.ts';
import { hasTimedOut, type PsqlOutcome } from '../probe-output.ts';
import { type Failure, fail, ok, type Row, skip } from '../row.ts';
import type { Check, Scene } from '../scene.ts';
import { narrowCause } from '../server-certificate.ts';
import { refuseAnew, sayHow } from '../server-login.ts';
import { postgresService } from '../subject.ts';
import { isDown } from './containers.ts';
import { adviseResume, isPaused } from './standstill.ts';

type Why = Partial<Pick<Failure, 'cause' | 'hint' | 'transient'>>;

/** Whether each app user gets through to each database of its, and each console user into the console. */
export const checkLogins: Check = (scene) => [
  ...scene.evidence.inquiry.logins.map((login, index) => judge(scene, login, index)),
  ...skipUnknown(scene.subject.stack),
];

/** Who logs in with what the settings do not know is not tried, and not passed over in silence either. */
function skipUnknown(stack: Stack): Row[] {
  return stack.users.flatMap((user) => {
    const lack = explainLack(user, stack);
    return lack === undefined ? [] : [skip(`login:${user.name}`, `login ${user.name}`, lack)];
  });
}

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
    if (login.database === CONSOLE) return ok(id, title, 'let in and answered', { ms });
    const refusal = refuseAnew(scene, login.user, index, outcome);
    if (refusal) return fail(id, title, refusal, { ms });
    return ok(id, title, `SELECT 1 answered by Postgres${sayHow(scene, index, outcome)}`, { ms });
  }
  const said = sayOutcome(outcome);
  const why =
    explainSilence(scene, login, outcome) ??
    adviseWait(scene, said, explain(findWhy(scene, said, login), scene, login.user));
  return fail(id, title, { observed: quote(said, redact), ...why }, { ms });
}

function findWhy({ evidence, subject }: Scene, said: string, login: Login): Cause | undefined {
  const { aftermath, seenAt } = evidence;
  const cause = findLoginCause(said, aftermath.log, login);
  return narrowCause(cause, aftermath, subject.stack, login.database, seenAt);
}

/** What was mended a moment ago still fails where PgBouncer keeps an error for longer than verify can wait. */
function adviseWait({ evidence }: Scene, said: string, why: Why): Why {
  const isKept = said.includes('server login has been failing');
  if (evidence.inquiry.patience > 0 || why.hint === undefined || !isKept) return why;
  return { ...why, hint: `${why.hint}; PgBouncer repeats the error until server_login_retry is over` };
}

/** Why a login hangs, where what else was seen tells it better than PgBouncer, which just waits. */
function explainSilence(scene: Scene, { database }: Login, outcome: PsqlOutcome): Why | undefined {
  if (!hasTimedOut(outcome) && !/timeout expired/i.test(outcome.said)) return undefined;
  if (isPaused(scene, database)) {
    return { cause: 'The pool is paused, and its clients wait', hint: adviseResume(scene, database) };
  }
  const { stack, project } = scene.subject;
  const postgres = postgresService(stack);
  if (postgres !== undefined && isDown(scene.evidence.containers, postgres)) {
    return {
      cause: 'Postgres is not up, and PgBouncer makes its clients wait for it',
      hint: `run ${startServerCommand(project, postgres)}`,
      transient: true,
    };
  }
  return undefined;
}
