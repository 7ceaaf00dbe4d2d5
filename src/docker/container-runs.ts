/** How a container runs, as the engine itself has it: Compose's `ps` tells none of this. */
export interface ContainerRun {
  readonly id: string;
  /** Also true of one that restarts just now. */
  readonly running: boolean;
  /** How often the engine started it again because it had ended; `docker restart` sets it to 0. */
  readonly restarts: number;
  /** When it was started last, in milliseconds of the epoch. */
  readonly startedAt: number;
}

/** What `docker inspect` is to print of each container: one JSON array a line. */
export const RUN_FORMAT = `[${[
  '.Id',
  '.State.Running',
  '.RestartCount',
  '.State.StartedAt',
  '(index .Config.Labels "com.docker.compose.project")',
  '(index .Config.Labels "com.docker.compose.service")',
]
  .map((field) => `{{json ${field}}}`)
  .join(',')}]`;

/**
 * Reads what `docker inspect` printed in that format; by service. Containers of other projects are left out: a
 * name is whoever's takes it first. Throws SyntaxError on anything else.
 */
export function parseContainerRuns(stdout: string, project: string): Map<string, ContainerRun> {
  const rows = stdout.split('\n').filter((line) => line.trim() !== '');
  return new Map(
    rows.flatMap((row) => {
      const [id, running, restarts, startedAt, owner, service] = JSON.parse(row);
      return owner === project
        ? [[service, { id, running, restarts, startedAt: Date.parse(startedAt) }]]
        : [];
    }),
  );
}
