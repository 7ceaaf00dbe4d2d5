/** How the last start of a container went, as the engine knows it. */
export interface LastStart {
  /** RFC 3339; undefined where the container has never run. */
  readonly startedAt: string | undefined;
  /** Why docker could not start it, in docker's words; empty where it could. */
  readonly error: string;
  /** Whether the kernel ended it for want of memory. */
  readonly outOfMemory: boolean;
}

/** What `inspect` is to print of each container: a JSON array a line. */
export const LAST_START_FORMAT =
  '[{{json .Name}},{{json .State.StartedAt}},{{json .State.Error}},{{json .State.OOMKilled}}]';

/** Reads what `docker inspect` printed in that format, by container name. Throws SyntaxError on anything else. */
export function parseLastStarts(stdout: string): Map<string, LastStart> {
  const lines = stdout.split('\n').filter((line) => line.trim() !== '');
  return new Map(
    lines.map((line) => {
      const [name, startedAt, error, outOfMemory] = JSON.parse(line) as [string, string, string, boolean];
      // Go's zero time stands for never; the engine puts a slash before the name.
      const start = { startedAt: startedAt.startsWith('0001-') ? undefined : startedAt, error, outOfMemory };
      return [name.replace(/^\//, ''), start] as const;
    }),
  );
}
