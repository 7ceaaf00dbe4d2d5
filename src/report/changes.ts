import { posix } from 'node:path';
import type { Change } from '../plan/change.ts';
import type { NextStep } from '../plan/next-step.ts';
import type { Problem } from '../problems/problem.ts';
import { problemToJson } from './problems.ts';
import type { Reporter } from './reporter.ts';

/** What a render did, or under `--diff` and `--check` would do. */
interface Outcome {
  readonly environment: string;
  /** The output folder as people would type it. */
  readonly folder: string;
  readonly written: boolean;
  readonly isDry: boolean;
  readonly changes: readonly Pick<Change, 'kind' | 'path' | 'cause'>[];
  readonly warnings: readonly Problem[];
  readonly steps: readonly NextStep[];
  /** Services of an adopted project that the steps leave alone, and the command that knows which of them run. */
  readonly leave?: { readonly services: readonly string[]; readonly why: string; readonly deploy: string };
  /** Under `--diff`. */
  readonly diff?: string;
}

const DONE = { create: 'created', update: 'updated', unchanged: 'unchanged', remove: 'removed' } as const;
const PLANNED = {
  create: 'would create',
  update: 'would update',
  unchanged: 'unchanged',
  remove: 'would remove',
} as const;

/** Reports a render: for machines one object, for people one line a file and the commands to run next. */
export function reportOutcome(outcome: Outcome, report: Reporter): void {
  const { environment, folder, written, changes, warnings, steps, leave, diff } = outcome;
  const files = changes.map(({ kind, path, cause }) => ({ path, change: kind, cause }));
  report.data({
    environment,
    folder,
    written,
    files,
    warnings: warnings.map(problemToJson),
    next: steps,
    ...(leave === undefined ? {} : { asleep: leave.services }),
    ...(diff === undefined ? {} : { diff }),
  });
  reportChanges(outcome, report);
  if (!outcome.isDry) reportSteps(outcome, report);
}

function reportChanges({ changes, folder, isDry }: Outcome, report: Reporter): void {
  const words = isDry ? PLANNED : DONE;
  const width = isDry ? 12 : 9;
  const nameWidth = Math.max(...changes.map(({ path }) => shownPath(folder, path).length));
  for (const { kind, path, cause } of changes) {
    const colour =
      kind === 'unchanged' ? report.style.dim : kind === 'remove' ? report.style.red : report.style.green;
    report.detail(
      `${colour(words[kind].padEnd(width))}  ${shownPath(folder, path).padEnd(nameWidth)}  ${report.style.dim(cause)}`,
    );
  }
}

/** The overlay of an adopted project lies beside the output folder. */
function shownPath(folder: string, path: string): string {
  return path.startsWith('../') ? posix.join(folder, path) : `${folder}/${path}`;
}

/** The commands that make it live, the last thing to be read; also those of an earlier render that nobody proved. */
function reportSteps({ steps, leave, written }: Outcome, report: Reporter): void {
  if (steps.length === 0) return;
  report.detail(written ? '\nNext:' : '\nStill to do, as long as no verify has passed since:');
  for (const { command, why } of steps)
    report.detail(`  ${report.style.bold(command)}\n    ${report.style.dim(why)}`);
  if (leave === undefined) return;
  report.detail(`Left alone: ${leave.services.join(', ')}: ${leave.why}`);
  report.detail(
    `    ${report.style.dim(`if it runs all the same: ${leave.deploy} asks docker, and takes it along`)}`,
  );
}
