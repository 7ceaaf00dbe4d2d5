import { createTwoFilesPatch } from 'diff';
import type { Change } from '../plan/change.ts';
import { SecretMask } from '../plan/mask-secrets.ts';
import type { NextStep } from '../plan/next-steps.ts';
import type { Reporter } from './reporter.ts';

const DONE = { create: 'created', update: 'updated', unchanged: 'unchanged', remove: 'removed' } as const;
const PLANNED = {
  create: 'would create',
  update: 'would update',
  unchanged: 'unchanged',
  remove: 'would remove',
} as const;

/** One line a file: what happened to it, and why. */
export function reportChanges(
  changes: readonly Change[],
  where: { folder: string; isDry: boolean },
  report: Reporter,
): void {
  const words = where.isDry ? PLANNED : DONE;
  const width = where.isDry ? 12 : 9;
  const nameWidth = Math.max(...changes.map(({ path }) => where.folder.length + 1 + path.length));
  for (const { kind, path, cause } of changes) {
    const colour =
      kind === 'unchanged' ? report.style.dim : kind === 'remove' ? report.style.red : report.style.green;
    report.detail(
      `${colour(words[kind].padEnd(width))}  ${`${where.folder}/${path}`.padEnd(nameWidth)}  ${report.style.dim(cause)}`,
    );
  }
}

/** The commands that make it live, the last thing to be read. */
export function reportSteps(steps: readonly NextStep[], report: Reporter): void {
  if (steps.length === 0) return;
  report.detail('\nNext:');
  for (const { command, why } of steps)
    report.detail(`  ${report.style.bold(command)}\n    ${report.style.dim(why)}`);
}

/** A unified diff of what would change, with the secrets blotted out. */
export function reportDiff(changes: readonly Change[], report: Reporter): void {
  const text = formatDiff(changes);
  for (const line of text.split('\n').slice(0, -1)) {
    const colour = line.startsWith('+')
      ? report.style.green
      : line.startsWith('-')
        ? report.style.red
        : report.style.reset;
    report.line(colour(line));
  }
}

function formatDiff(changes: readonly Change[]): string {
  const mask = new SecretMask();
  return changes
    .filter(({ kind }) => kind !== 'unchanged')
    .map(({ path, before, after, foreign }) => {
      // What is not ours may hold secrets in ways that the mask does not know.
      const old = foreign ? '[not rendered by ecar-pool]\n' : mask.mask(path, before ?? '');
      const name = (side: string, isThere: boolean) => (isThere ? `${side}/${path}` : '/dev/null');
      const patch = createTwoFilesPatch(
        name('a', before !== undefined),
        name('b', after !== undefined),
        old,
        mask.mask(path, after?.text ?? ''),
      );
      return patch.replace(/^=+\n/, '');
    })
    .join('');
}

/** The outcome of `render` for machines; no file's text but the masked diff. */
export function changesToJson(outcome: {
  environment: string;
  folder: string;
  written: boolean;
  changes: readonly Change[];
  steps: readonly NextStep[];
  diff: boolean;
}): object {
  const { environment, folder, written, changes, steps, diff } = outcome;
  return {
    environment,
    folder,
    written,
    files: changes.map(({ kind, path, cause }) => ({ path, change: kind, cause })),
    next: steps,
    ...(diff ? { diff: formatDiff(changes) } : {}),
  };
}
