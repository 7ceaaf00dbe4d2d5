import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Docker } from './docker.ts';

/**
 * Whether something else listens on an address and port of this machine, or the machine has no such address: told by
 * listening there for a moment. False where nobody can tell, as of a Docker engine on another machine, or of a port
 * that only others may listen on.
 */
export async function isTaken(docker: Docker, address: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen({ host: address, port, exclusive: true }), 'listening');
    return false;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return (code === 'EADDRINUSE' || code === 'EADDRNOTAVAIL') && (await isLocal(docker));
  } finally {
    server.close();
  }
}

/** DOCKER_HOST shows up here, too: as the endpoint of the context `default`. */
async function isLocal(docker: Docker): Promise<boolean> {
  const { code, stdout } = await docker.call([
    'context',
    'inspect',
    '--format',
    '{{.Endpoints.docker.Host}}',
  ]);
  return code === 0 && /^(?:unix|npipe):/.test(stdout.trim());
}
