import { run } from './run.ts';

const KINDS = [
  { list: ['ps', '-aq'], remove: ['rm', '-f', '-v'] },
  { list: ['network', 'ls', '-q'], remove: ['network', 'rm'] },
  { list: ['volume', 'ls', '-q'], remove: ['volume', 'rm', '-f'] },
];

async function list(command: readonly string[], project: string): Promise<string[]> {
  const filter = ['--filter', `label=com.docker.compose.project=${project}`];
  const { stdout } = await run('docker', [...command, ...filter], { cwd: process.cwd() });
  return stdout.split('\n').filter(Boolean);
}

/** Ids of the containers, networks and volumes that carry a Compose project's label. */
export async function listAllOf(project: string): Promise<string[]> {
  return (await Promise.all(KINDS.map((kind) => list(kind.list, project)))).flat();
}

/** Removes these, and nothing else. */
export async function removeAllOf(project: string): Promise<void> {
  for (const kind of KINDS) {
    const ids = await list(kind.list, project);
    if (ids.length > 0) await run('docker', [...kind.remove, ...ids], { cwd: process.cwd() });
  }
}
