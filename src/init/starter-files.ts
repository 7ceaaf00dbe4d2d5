import type { Answers } from './answers.ts';

/** The templates that `init` fills in, by file name. */
export type Templates = (name: string) => string;

/**
 * The starter settings file.
 * @param templates text of the files in `templates/init/`
 */
export function writeStarterSettings(answers: Answers, templates: Templates): string {
  const { name, database, user, poolSize, environments } = answers;
  const minPoolSize = Math.min(5, poolSize);
  const reservePoolSize = Math.max(1, Math.floor(poolSize / 2));
  const [postgresHost = '', postgresPort = '5432'] = (answers.postgresHost ?? '').split(':');
  const values: Record<string, string> = {
    name: asYaml(name),
    network: `${name}-network`,
    database: asYaml(database),
    user: asYaml(user),
    sessionDatabase: database.endsWith('_db') ? `${database.slice(0, -3)}_admin` : `${database}_admin`,
    postgresImage: answers.postgresImage,
    postgresHost,
    postgresPort,
    pgbouncerImage: answers.pgbouncerImage,
    authType: answers.authType,
    poolSize: String(poolSize),
    minPoolSize: String(minPoolSize),
    reservePoolSize: String(reservePoolSize),
    maxDbConnections: String(Math.max(50, poolSize + reservePoolSize)),
    maxClientConn: String(Math.max(100, 2 * poolSize)),
    maxConnections: String(maxConnectionsFor(poolSize, reservePoolSize)),
    pgbouncerNote: noteOnScram(answers),
    firstEnvironment: environments[0] ?? 'dev',
    build: answers.build ?? '',
    environments: environments
      .map((environment, index) => environmentLines(environment, index, answers))
      .join('\n'),
  };
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? '');
  values['postgres'] = fill(
    templates(answers.postgresHost === undefined ? 'postgres-own.yaml' : 'postgres-external.yaml'),
  ).trimEnd();
  values['app'] = fill(
    templates(answers.build === undefined ? 'app-none.yaml' : 'app-django.yaml'),
  ).trimEnd();
  return fill(templates('ecar-pool.yaml'));
}

/**
 * Postgres's max_connections for the pools of the starter: a hundred, its own default, or what they need with 20 to
 * spare. The pool of the entry in session mode has a size of 5, and the reserve of all.
 */
function maxConnectionsFor(poolSize: number, reservePoolSize: number): number {
  const needed = poolSize + 5 + 2 * reservePoolSize + 20;
  return Math.max(100, Math.ceil(needed / 50) * 50);
}

/** The hole takes a password of userlist.txt, and those of the starter are in the hands of those who run it. */
export function noteOnScram({
  authType,
  pgbouncerImage,
}: Pick<Answers, 'authType' | 'pgbouncerImage'>): string {
  if (authType !== 'scram-sha-256' || !/:v?1\.26\.0(?!\d)/.test(pgbouncerImage)) return '';
  return '  # ecar-pool: ignore cve-2026-107350  the passwords are all in the same hands; use 1.26.1 once there is an image of it\n';
}

/** Text that YAML does not read as something else: `9` and `null` are names, too. */
function asYaml(text: string): string {
  return /^(?!(?:null|true|false)$)[a-z_][\w-]*$/i.test(text) ? text : JSON.stringify(text);
}

/** Production gets room; any other environment a name and a port of its own, so that all can run on one host. */
function environmentLines(
  environment: string,
  index: number,
  { name, environments, poolSize }: Answers,
): string {
  if (/^prod/.test(environment))
    return `  ${environment}:\n    pgbouncer: { max_client_conn: ${Math.max(1000, 2 * poolSize)} }`;
  const port = environments.length === 1 ? '' : `\n    pgbouncer: { port: ${6433 + index} }`;
  return `  ${environment}:\n    name: ${name}_${environment}${port}`;
}

/** The starter `.env.<environment>`, with a fresh secret for every variable. */
export function writeStarterSecrets(
  answers: Answers,
  environment: string,
  createSecret: () => string,
): string {
  const names = [
    'DB_PASSWORD',
    'PGBOUNCER_ADMIN_PASSWORD',
    'PGBOUNCER_STATS_PASSWORD',
    ...(answers.postgresHost === undefined ? ['POSTGRES_PASSWORD'] : []),
    ...(answers.build === undefined ? [] : ['SECRET_KEY']),
  ];
  const lines = names.map((name) => `${name}='${createSecret()}'`);
  return `# Secrets of the environment ${environment}: keep them out of version control.\n${lines.join('\n')}\n`;
}

const IGNORED: readonly string[] = ['.env', '.env.*', '!.env.example', 'stack/', 'backups/'];

const IGNORE_HEAD = '# ecar-pool: secrets, rendered files and backups';

/** The lines that a .gitignore lacks for secrets, rendered files and backups, to be added at its end; empty for none. */
export function missingIgnoreLines(gitignore: string, ignored = IGNORED): string {
  const present = new Set(gitignore.split(/\r?\n/).map((line) => line.trim().replace(/^\//, '')));
  const missing = ignored.filter((line) => !present.has(line.replace(/^\//, '')));
  if (missing.length === 0) return '';
  const gap = gitignore === '' || gitignore.endsWith('\n') ? '' : '\n';
  const head = gitignore.includes(IGNORE_HEAD) ? '' : `${IGNORE_HEAD}\n`;
  return `${gap}${head}${missing.join('\n')}\n`;
}
