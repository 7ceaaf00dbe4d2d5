import type { Change } from '../../plan/change.ts';
import { fail, ok } from '../row.ts';
import type { Check } from '../scene.ts';

const ID = 'files';
const TITLE = 'rendered files';

const DIFFERENCE: Readonly<Record<Exclude<Change['kind'], 'unchanged'>, string>> = {
  create: 'missing',
  update: 'differs',
  remove: 'left over',
};

/** Whether the files on the disk are what the settings render to; a set that is half old fails, too. */
export const checkFiles: Check = ({ subject }) => {
  const { changes, renderCommand } = subject;
  const stale = changes.flatMap(({ kind, path, cause }) =>
    kind === 'unchanged' ? [] : [`${path} ${DIFFERENCE[kind]}${kind === 'update' ? ` (${cause})` : ''}`],
  );
  if (stale.length === 0) return [ok(ID, TITLE, `${changes.length} files as the settings render them`)];
  return [
    fail(ID, TITLE, {
      observed: stale.join(', '),
      expected: 'the files that the settings render to',
      hint: `run ${renderCommand}`,
    }),
  ];
};
