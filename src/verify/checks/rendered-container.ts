import { upCommand } from '../../plan/commands.ts';
import { findPgbouncer } from '../evidence.ts';
import { fail, ok, skip } from '../row.ts';
import type { Check } from '../scene.ts';
import { RESTART_LABEL } from '../subject.ts';

const ID = 'container-current';
const TITLE = 'pgbouncer container';

/**
 * Whether the running container was made from the rendered service: Compose leaves a container as it is
 * until `up`, whatever is written to docker-compose.yml.
 */
export const checkRenderedContainer: Check = ({ subject, evidence }) => {
  const container = findPgbouncer(evidence);
  if (!container) return [skip(ID, TITLE, 'there is no pgbouncer container to look at')];
  const { image } = subject.stack.pgbouncer;
  const differences: string[] = [];
  if (container.image !== image) differences.push(`it runs the image ${container.image}`);
  if (container.labels.get(RESTART_LABEL) !== subject.restartHash) {
    differences.push('it was made before a setting changed that only a new container applies');
  }
  if (differences.length === 0) return [ok(ID, TITLE, `made from the rendered files, ${image}`)];
  return [
    fail(ID, TITLE, {
      observed: differences.join('; '),
      expected: `made from the rendered files, ${image}`,
      hint: `run ${upCommand(subject.project.directory)}`,
    }),
  ];
};
