import { createTwoFilesPatch } from 'diff';
import type { Change } from '../plan/change.ts';
import { SecretMask } from '../plan/mask-secrets.ts';
import { MANIFEST_PATH } from '../plan/plan-files.ts';
import type { Reporter } from './reporter.ts';

/** A unified diff of what would change, with the secrets blotted out. */
export function formatDiff(changes: readonly Change[]): string {
  const mask = new SecretMask();
  return (
    changes
      // The manifest holds hashes only: it changes with every other file and says nothing more.
      .filter(({ kind, path }) => kind !== 'unchanged' && path !== MANIFEST_PATH)
      .map(({ path, before, after, foreign }) => {
        const rendered = after?.text ?? '';
        // What is not ours may hold secrets in ways that the mask does not know.
        const old = foreign ? '[not rendered by ecar-pool]\n' : mask.mask(path, before ?? '', rendered);
        const name = (side: string, isThere: boolean) => (isThere ? `${side}/${path}` : '/dev/null');
        const patch = createTwoFilesPatch(
          name('a', before !== undefined),
          name('b', after !== undefined),
          old,
          mask.mask(path, rendered, rendered),
        );
        return patch.replace(/^=+\n/, '');
      })
      .join('')
  );
}

export function reportDiff(diff: string, { style, line }: Reporter): void {
  for (const text of diff.split('\n').slice(0, -1)) {
    const colour = text.startsWith('+') ? style.green : text.startsWith('-') ? style.red : style.reset;
    line(colour(text));
  }
}
