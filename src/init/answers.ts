/** What `init` needs to know; every part has a default that works. */
export interface Answers {
  readonly name: string;
  readonly database: string;
  readonly user: string;
  /** `host` or `host:port` of a Postgres that someone else runs; undefined for one that the stack runs. */
  readonly postgresHost: string | undefined;
  readonly postgresImage: string;
  readonly pgbouncerImage: string;
  readonly authType: 'md5' | 'scram-sha-256';
  readonly poolSize: number;
  readonly environments: readonly string[];
  /** The folder of the application to build, where one was found. */
  readonly build: string | undefined;
}

/** The answers that stand when nobody is asked: the project is called like its folder. */
export function defaultAnswers(folderName: string, build: string | undefined): Answers {
  const name =
    folderName
      .toLowerCase()
      .replace(/[^a-z0-9_-]+/g, '-')
      .replace(/^[-_]+|-+$/g, '')
      .slice(0, 40) || 'ecar';
  const word = name.replaceAll('-', '_');
  return {
    name,
    database: `${word}_db`,
    user: `${word}_user`,
    postgresHost: undefined,
    postgresImage: 'postgres:17',
    pgbouncerImage: 'edoburu/pgbouncer:v1.26.0-p0',
    authType: 'md5',
    poolSize: 20,
    environments: ['dev', 'prod'],
    build,
  };
}
