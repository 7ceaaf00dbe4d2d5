import type { ProjectModel, ServiceModel } from './project-model.ts';

const POSTGRES_IMAGE =
  /(?:^|\/)(?:postgres|postgresql|postgresql-repmgr|postgis|timescaledb|timescaledb-ha|pgvector|citus|spilo-\d+|[\w.]+-postgres)(?:[:@]|$)/i;
const POSTGRES_VARIABLES = [
  'POSTGRES_PASSWORD',
  'POSTGRES_PASSWORD_FILE',
  'POSTGRES_HOST_AUTH_METHOD',
  'POSTGRESQL_PASSWORD',
];
const POOLER_IMAGE = /(?:pgbouncer|pgcat|odyssey|pgpool|supavisor)/i;
const TOOL_IMAGE = /pgadmin|adminer|postgres[_-]exporter|pghero|pgweb|backup|barman|postgrest(?:[:@]|$)/i;
const CLIENT_COMMAND = /\b(?:psql|pgbench|pg_dump|pg_dumpall|pg_basebackup)\b/;

/** Whether a service looks like a Postgres server: by its image, or by what that image takes; not a client in it. */
export function isPostgres({ image, environment, command }: ServiceModel): boolean {
  if (TOOL_IMAGE.test(image) || POOLER_IMAGE.test(image) || CLIENT_COMMAND.test(command)) return false;
  return (
    POSTGRES_IMAGE.test(image) || (image === '' && POSTGRES_VARIABLES.some((name) => environment.has(name)))
  );
}

/** Whether a service is a pooler already. */
export function isPooler({ image }: ServiceModel): boolean {
  return POOLER_IMAGE.test(image);
}

/** Commands that change a schema: of Rails by its tasks, of others by their names. */
const MIGRATES =
  /\bmigrate\b|\bdb:(?:migrate|prepare|setup|reset|rollback|drop|create|seed|schema:\w+|structure:\w+)\b|\balembic\s+upgrade\b|\bflyway\b|\bliquibase\b/;
const MIGRATES_BY_NAME = /^(?:release|(?:.+[-_])?migrat(?:e|or|ions?)(?:[-_].+)?)$/i;
const SERVES =
  /\b(?:runserver|gunicorn|uvicorn|daphne|puma|unicorn|server|serve|celery|worker|sidekiq|start|php-fpm|octane)\b/;
/** Queues that are woken by LISTEN or hold advisory locks for as long as a job takes. */
const QUEUE = /\b(good_job|graphile-worker|procrastinate)\b|(?:^|\bexec\s+|\/)(que)(?:\s|$)/;

/** Why a service that talks to Postgres had better go on without the pool; undefined for an application. */
export function explainDirect({ name, image, command }: ServiceModel): string | undefined {
  if (TOOL_IMAGE.test(image) || /\bpg_(?:dump|dumpall|basebackup)\b/.test(command))
    return 'a tool for the server itself, which needs a session';
  const [, ...queue] = QUEUE.exec(command) ?? [];
  if (queue.length > 0)
    return `${queue.find(Boolean)} needs a session (LISTEN, advisory locks); through the pool, the entry <database>_session has one`;
  if (SERVES.test(command)) return undefined;
  if (MIGRATES.test(command)) return 'migrations need a session';
  return MIGRATES_BY_NAME.test(name)
    ? 'looks like migrations by its name, which need a session; an application can be listed under compose.services in ecar-pool.yaml'
    : undefined;
}

/** What to see to where an application runs migrations itself; undefined where none are seen. */
export function warnOfMigrations({ name, command }: ServiceModel): string | undefined {
  if (!MIGRATES.test(command)) return undefined;
  return `${name} runs migrations as well, which need a session: have them go to Postgres itself, or to the entry <database>_session`;
}

/** Every name by which one service reaches another. */
export function namesOf(target: ServiceModel, from: ServiceModel): ReadonlySet<string> {
  const aliases = [...(target.networks?.values() ?? [])].flat();
  const links = [...from.links].flatMap(([alias, service]) => (service === target.name ? [alias] : []));
  const local = from.network_mode === 'host' ? ['localhost', '127.0.0.1', '::1'] : [];
  const container = target.container_name === undefined ? [] : [target.container_name];
  return new Set([target.name, ...container, ...aliases, ...links, ...local]);
}

/** The networks of a service; one that shares another's has those. */
export function networksOf(
  service: ServiceModel,
  { services }: Pick<ProjectModel, 'services'>,
): readonly string[] {
  const shared = /^service:(.+)$/.exec(service.network_mode ?? '')?.[1];
  const other = shared === undefined ? undefined : services.get(shared);
  if (other !== undefined && other.network_mode === undefined) return networksOf(other, { services });
  if (service.network_mode !== undefined) return [];
  return service.networks === undefined ? ['default'] : [...service.networks.keys()];
}
