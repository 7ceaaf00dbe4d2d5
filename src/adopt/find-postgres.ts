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

/** Why a service that talks to Postgres had better go on without the pool; undefined for an application. */
export function explainDirect({ image, command }: ServiceModel): string | undefined {
  if (TOOL_IMAGE.test(image) || /\bpg_(?:dump|dumpall|basebackup)\b/.test(command))
    return 'a tool for the server itself, which needs a session';
  const migrates =
    /\bmigrate\b|\bdb:(?:migrate|prepare|setup)\b|\balembic\s+upgrade\b|\bflyway\b|\bliquibase\b/.test(
      command,
    );
  const serves =
    /\b(?:runserver|gunicorn|uvicorn|daphne|puma|unicorn|server|serve|celery|worker|sidekiq|start|php-fpm|octane)\b/.test(
      command,
    );
  return migrates && !serves ? 'migrations need a session' : undefined;
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
