import type { Change } from '../../plan/change.ts';
import { formatFix } from '../explain.ts';
import { fail, ok } from '../row.ts';
import type { Check } from '../scene.ts';

const ID = 'files';
const TITLE = 'rendered files';

const DIFFERENCE: Readonly<Record<Exclude<Change['kind'], 'unchanged'>, string>> = {
  create: 'missing',
  update: 'differs',
  remove: 'left over',
};

/** Whether the files on the disk are what the settings render to, or those of a set that was put back; half of each fails. */
export const checkFiles: Check = (scene) => {
  const { changes, kept } = scene.subject;
  const stale = changes.flatMap(({ kind, path, cause }) =>
    kind === 'unchanged' ? [] : [`${path} ${DIFFERENCE[kind]}${kind === 'update' ? ` (${cause})` : ''}`],
  );
  const [have, expected] =
    kept === undefined
      ? ['the settings render them', 'the files that the settings render to']
      : [`the set of ${kept.time} has them`, `the files of the set of ${kept.time}`];
  if (stale.length === 0) return [ok(ID, TITLE, `${changes.length} files as ${have}`)];
  return [
    fail(ID, TITLE, {
      observed: stale.join(', '),
      expected,
      hint: formatFix('run {apply}', scene),
    }),
  ];
};
