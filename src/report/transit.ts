import type { Ending, Failure } from '../deploy/transition.ts';
import type { Change } from '../plan/change.ts';
import type { NextStep } from '../plan/next-step.ts';
import type { Verdict } from '../verify/verify.ts';
import { formatFailures, summarise, verdictToJson } from './checks.ts';
import { printableLines } from './printable.ts';
import type { Reporter } from './reporter.ts';

/** What a deploy or a rollback is about to do. */
export interface Plan {
  readonly environment: string;
  /** The output folder as people would type it. */
  readonly folder: string;
  readonly changes: readonly Change[];
  /** Files that somebody has changed since they were rendered. */
  readonly edited: readonly string[];
  readonly steps: readonly NextStep[];
  /** Whether dumps are made first. */
  readonly isBackedUp: boolean;
  /** Services of an adopted project that are left alone, since nobody has them running. */
  readonly asleep: readonly string[];
  /** Services of an adopted project that have ended well: those that are left so, and those that are run again. */
  readonly ended: { readonly done: readonly string[]; readonly again: readonly string[] };
  /** What is written where the settings take a password from. */
  readonly secret?: string | undefined;
  /** What a new password does not reach, or not at once. */
  readonly left: readonly string[];
}

/** Reports a plan for people: a line a step, with its cause and its command. */
export function reportPlan(plan: Plan, report: Reporter): void {
  const { environment, changes, edited, steps, isBackedUp, asleep, secret, left } = plan;
  const { done, again } = plan.ended;
  const { style } = report;
  const paths = changes.filter(({ kind }) => kind !== 'unchanged').map(({ path }) => path);
  const lost = paths.filter((path) => edited.includes(path));
  const line = (kind: string, text: string) => report.detail(`  ${style.bold(kind.padEnd(8))}  ${text}`);
  const below = (text: string) => report.detail(`            ${style.dim(text)}`);
  report.detail(`Plan for ${style.bold(environment)}:`);
  if (isBackedUp)
    line('backup', 'dump the databases, and read the dumps back: a step below reaches Postgres');
  if (lost.length > 0) {
    line('lose', `${lost.join(', ')}: changed by hand since it was rendered`);
    below('what the settings give takes its place; what is to stay belongs into the settings');
  }
  if (secret !== undefined) line('secret', secret);
  if (paths.length > 0) line('write', paths.join(', '));
  for (const { kind, why, cost, causes, command } of steps) {
    line(kind, why);
    if (cost !== undefined) below(`costs: ${cost}`);
    if (causes.length > 0) below(`because of ${causes.join('; ')}`);
    below(command);
  }
  line('verify', 'prove that it works');
  for (const what of left) line('note', what);
  if (asleep.length > 0) {
    line('leave', `${asleep.join(', ')}: not running, and a plain \`up\` would not start it`);
    below(
      'no profile that is on has it (COMPOSE_PROFILES in .env), or it is scaled to 0; once started, deploy again',
    );
  }
  if (!steps.some(({ touchesServices }) => touchesServices)) return;
  if (done.length > 0) line('leave', `${done.join(', ')}: ended with code 0, and has nothing to do anew`);
  if (again.length > 0) line('note', `${again.join(', ')}: ended with code 0, and is run again`);
}

/** A plan as machines read it. */
function planToJson({ environment, folder, changes, edited, steps, isBackedUp, asleep, left }: Plan): object {
  const files = changes.map(({ kind, path, cause }) => ({ path, change: kind, cause }));
  return { environment, folder, files, edited, steps, backup: isBackedUp, asleep, left };
}

/** Reports that nothing was done because nothing was asked for: `--dry-run`, or a no. */
export function reportPlanned(plan: Plan, report: Reporter): void {
  report.data({ ...planToJson(plan), outcome: 'planned' });
}

/** Reports that there was nothing to do, and how the stack does. */
export function reportIdle(plan: Plan, verdict: Verdict, report: Reporter): void {
  report.data({ ...planToJson(plan), outcome: 'unchanged', verify: verdictToJson(verdict) });
  report.detail('nothing to do: what runs is what is wanted');
  // What a deploy does itself would have made it one that has something to do.
  for (const { why, command } of plan.steps) report.detail(`left to you, ${why}:\n  ${command}`);
  report.line(summarise(verdict.rows, plan.environment, report.style));
}

/** Commands of ours on this very stack, for people to paste. */
export interface Commands {
  readonly deploy: string;
  /** Undefined where there is nothing to go back to. */
  readonly rollback: string | undefined;
  /** Brings the services of an adopted project back without the pool. */
  readonly withoutPool: string | undefined;
}

/** What else is told of an ending. */
interface Told {
  readonly command: 'deploy' | 'rollback' | 'rotate';
  readonly commands: Commands;
  /** The dumps that were made first, as people would type them. */
  readonly dumps: readonly string[];
  /** Where passwords stand that what ran before has differently, and no files of ours put back. */
  readonly changedPasswords: readonly string[];
  /** Has services take a password that was put back. */
  readonly up: string;
}

const OUTCOMES = { done: 'done', undone: 'rolled back', left: 'failed', stuck: 'stuck' } as const;

/** Reports how it ended: what runs now, and for what failed why. */
export function reportEnding(
  plan: Plan,
  ending: Ending,
  { command, commands, dumps, changedPasswords, up }: Told,
  report: Reporter,
): void {
  const verdict = 'verdict' in ending ? ending.verdict : undefined;
  report.data({
    ...planToJson(plan),
    outcome: OUTCOMES[ending.kind],
    dumps,
    changedPasswords,
    ...(ending.kind === 'done' ? { kept: ending.time } : { failure: failureToJson(ending.failure) }),
    ...(ending.kind === 'stuck' ? { trouble: failureToJson(ending.trouble) } : {}),
    ...(verdict === undefined ? {} : { verify: verdictToJson(verdict) }),
  });
  if (report.json) return;
  for (const dump of dumps) report.detail(report.style.dim(`dump: ${dump}`));
  const { environment } = plan;
  const { style } = report;
  if (ending.kind === 'done') {
    if (verdict !== undefined) report.line(summarise(verdict.rows, environment, style));
    if (command === 'rollback' && changedPasswords.length > 0)
      report.line(
        `your services log in once the password of this set is in its place, too: ${changedPasswords.join(', ')}; then ${up}`,
      );
    const back = commands.rollback === undefined ? '' : `; to go back: ${commands.rollback}`;
    const again = 'the settings stay as they are: the next deploy applies them again';
    report.detail(
      style.dim(
        command !== 'rollback' ? `kept as ${ending.time}${back}` : `back at ${ending.time}; ${again}`,
      ),
    );
    return;
  }
  const isForTheirs = command === 'deploy' && changedPasswords.length > 0 && ending.kind !== 'left';
  const isLockedOut = isForTheirs && (ending.kind === 'stuck' || ending.isTouched);
  const where = changedPasswords.join(', ');
  if (isForTheirs && !isLockedOut) {
    report.line(`your services run on as they did; ${where} is the new password, which is yours to put back`);
    report.line(`  ${style.cyan('fix:')} put the old one back before anything starts them anew`);
  }
  if (isLockedOut) {
    report.line(
      `your services do not log in: ${where} is still the new password, which is yours to put back`,
    );
    report.line(`  ${style.cyan('fix:')} put the old one back, then ${up}`);
  }
  if (ending.kind === 'undone') {
    report.line(
      verdict === undefined
        ? `${environment} has the files of before again, and their steps ran; nobody knows their passwords to verify them`
        : isLockedOut
          ? 'rolled back, but for that password: the checks log in with the old one'
          : `rolled back: ${summarise(verdict.rows, environment, style)}, as it was before`,
    );
  } else if (ending.kind === 'left') {
    const { trouble, isWithout } = ending;
    const rest = isWithout
      ? 'your services run as they did, without the pool'
      : `${environment} is left as it is, for a look`;
    report.line(`there is nothing to go back to: ${rest}`);
    if (trouble !== undefined) explainFailure(trouble, report);
    report.detail(`  ${style.cyan('next:')} mend what failed, then ${commands.deploy}`);
    if (commands.rollback !== undefined)
      report.detail(`  ${style.cyan('or:')} put back what verified before: ${commands.rollback}`);
    if (trouble !== undefined && commands.withoutPool !== undefined)
      report.detail(`  ${style.cyan('or:')} have your services as they were: ${commands.withoutPool}`);
  } else {
    report.notice(`${report.errStyle.red('the way back failed, too')}; what ran before is kept`);
    explainFailure(ending.trouble, report);
    report.notice(`  ${report.errStyle.cyan('next:')} mend that, then ${commands.deploy}`);
  }
}

/** Reports for people why something did not work out; under `--json` the ending has it. */
export function explainFailure({ step, error, verdict, logs = [] }: Failure, report: Reporter): void {
  if (report.json) return;
  const { errStyle: style } = report;
  if (error !== undefined) {
    report.notice(`${style.red('failed')}: ${step}: ${printableLines(error.message)}`);
    if (error.hint !== undefined) report.notice(`  ${style.cyan('fix:')} ${printableLines(error.hint)}`);
  }
  if (verdict !== undefined) for (const line of formatFailures(verdict, style)) report.notice(line);
  for (const { service, lines } of logs) {
    report.notice(`  ${style.cyan('log:')} the last lines of ${service}, which is not up`);
    for (const line of lines) report.notice(`    ${style.dim(printableLines(line))}`);
  }
}

function failureToJson({ step, error, verdict, logs = [] }: Failure): object {
  return {
    step,
    ...(error === undefined ? {} : { message: error.message, hint: error.hint }),
    ...(verdict === undefined ? {} : { checks: verdict.rows.filter(({ status }) => status === 'fail') }),
    ...(logs.length === 0 ? {} : { logs }),
  };
}
