import { findPgbouncer } from '../evidence.ts';
import { fail, ok, skip } from '../row.ts';
import type { Check } from '../scene.ts';
import { recreateCommand } from '../up-commands.ts';

const ID = 'port';
const TITLE = 'published port';

/**
 * Whether the port of the settings leads from the host to the same port of the container. Compose starts
 * a service without a word although its ports are not published, where all its networks are internal.
 */
export const checkPort: Check = (scene) => {
  const { subject, evidence } = scene;
  const container = findPgbouncer(evidence);
  if (container?.state !== 'running') return [skip(ID, TITLE, 'the pgbouncer container is not running')];
  const { bind, port } = subject.stack.pgbouncer;
  const expected = `${bind}:${port}->${port}`;
  const found = container.ports.map(({ address, published, target }) => `${address}:${published}->${target}`);
  if (found.includes(expected)) return [ok(ID, TITLE, expected)];
  return [
    fail(ID, TITLE, {
      observed: found.length === 0 ? 'no port is published' : found.join(', '),
      expected,
      hint: `run ${recreateCommand(scene)}; a service on internal networks alone publishes nothing`,
    }),
  ];
};
