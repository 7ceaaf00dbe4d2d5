import { createHash } from 'node:crypto';
import { composeCommand } from '../../plan/commands.ts';
import { seen } from '../evidence.ts';
import { fail, ok, skip } from '../row.ts';
import type { Check } from '../scene.ts';
import type { Subject } from '../subject.ts';

const ID = 'mounted-files';
const TITLE = 'mounted files';
const NAMES = ['pgbouncer.ini', 'userlist.txt'];

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
  const onDisk = new Map(subject.changes.map(({ path, before }) => [path, before]));
  const differences = NAMES.flatMap((name) => {
    const text = onDisk.get(`pgbouncer/${name}`);
    const sum = files.get(name);
    // A file that is not there is told with the rendered files.
    if (text === undefined || sum === hash(text)) return [];
    return sum === undefined ? [`the container sees no ${name}`] : [`the container sees another ${name}`];
  });
  if (differences.length === 0)
    return [ok(ID, TITLE, `the container sees ${NAMES.join(' and ')} as they lie on the disk`)];
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
