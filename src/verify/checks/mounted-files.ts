import { createHash } from 'node:crypto';
import { composeCommand } from '../../plan/commands.ts';
import { seen } from '../evidence.ts';
import { fail, ok, skip } from '../row.ts';
import type { Check } from '../scene.ts';
import type { Subject } from '../subject.ts';

const ID = 'mounted-files';
const TITLE = 'mounted files';
const FOLDER = 'pgbouncer/';
const LIST = new Intl.ListFormat('en-GB');

/**
 * Whether the container sees PgBouncer's files as they lie on the disk. A mount holds on to the folder that it
 * was made of: where that was deleted and rendered anew, PgBouncer runs on with what it read, and every reload
 * reads the deleted folder. Whether the files are the right ones is what `checkFiles` tells.
 */
export const checkMountedFiles: Check = ({ subject, evidence }) => {
  const probe = seen(evidence.probe);
  if (!probe) return [skip(ID, TITLE, 'nothing could be run in the pgbouncer container')];
  const { files } = probe;
  if (!files) return [skip(ID, TITLE, 'the image of pgbouncer has no sha256sum')];
  const names: string[] = [];
  const differences: string[] = [];
  for (const { kind, path, before } of subject.changes) {
    // A file that is not there, or should not be, is told with the rendered files.
    if (!path.startsWith(FOLDER) || before === undefined || kind === 'remove') continue;
    const name = path.slice(FOLDER.length);
    const sum = files.get(name);
    names.push(name);
    if (sum === undefined) differences.push(`the container sees no ${name}`);
    else if (sum !== hash(before)) differences.push(`the container sees another ${name}`);
  }
  if (names.length === 0) return [skip(ID, TITLE, `there are no files in ${FOLDER} on the disk`)];
  if (differences.length === 0)
    return [ok(ID, TITLE, `the container sees ${LIST.format(names.sort())} as they lie on the disk`)];
  return [
    fail(ID, TITLE, {
      observed: differences.join(', '),
      cause:
        'The container has a folder mounted that was deleted or moved since, and reads that; or the Docker engine runs on another machine',
      hint: `run ${remountCommand(subject)}`,
    }),
  ];
};

/** Postgres has its SQL mounted from the same folder; where that was deleted, it cannot read it either. */
function remountCommand({ project, stack }: Subject): string {
  const { postgres } = stack;
  const services = ['pgbouncer', ...(postgres.kind === 'own' ? [postgres.host] : [])];
  return composeCommand(project, 'up', '-d', '--wait', '--force-recreate', ...services);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
