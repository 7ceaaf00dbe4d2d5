import { readFileSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { findHeldPassword, holdsPassword } from '../adopt/held-password.ts';
import { asMap, type ProjectModel, readProjectModel } from '../adopt/project-model.ts';
import { createDocker } from '../docker/docker.ts';
import { readComposeConfig, readFilledConfig } from '../docker/read-compose-config.ts';
import { RefusedError } from '../problems/errors.ts';
import { withoutOverlay } from '../stack/compose-project.ts';
import type { World } from './context.ts';
import type { Project } from './load-project.ts';
import type { SecretPlace } from './secret-place.ts';

const CONFIG_MS = 60_000;

/** A file that is longer is no list of variables. */
const MAX_FILE = 1024 * 1024;

/** A password that another one takes the place of, and where that is written. */
interface Turn {
  readonly user: string;
  readonly from: string;
  readonly to: string;
  readonly place: SecretPlace;
}

/**
 * What of an adopted project a new password does not reach, in words for people: what has the old one written out, and
 * what takes the new one but is not made anew. Compose is asked, as if the new one were in its place already.
 * @throws RefusedError where a service that goes through the pool would be locked out, or Compose does not answer
 */
export async function findLeftPasswords(
  { stack, compose }: Pick<Project, 'stack' | 'compose'>,
  { user, from, to, place }: Turn,
  { cwd, env, signal }: Pick<World, 'cwd' | 'env' | 'signal'>,
): Promise<readonly string[]> {
  if (stack.adopted === undefined) return [];
  const ask = async (password: string, project = compose, how = readFilledConfig) => {
    // The environment wins over `.env`.
    const given = place.variable === undefined ? env : { ...env, [place.variable]: password };
    const deadline = performance.now() + CONFIG_MS;
    const docker = createDocker({ cwd, env: given, signal, hidden: [], secrets: [from, to], deadline });
    const config = await how(docker, project);
    if ('model' in config) return config.model;
    throw new RefusedError(
      `it is not known which services have the password of ${user}: ${'failure' in config ? config.failure : 'there is no docker compose'}`,
      'mend that first: docker compose --profile "*" config shows it',
    );
  };
  const own = withoutOverlay(compose);
  const [was, is, alone, written, writtenAlone] = await Promise.all([
    ask(from),
    ask(to),
    ask(to, own),
    ask(to, compose, readComposeConfig).then(readProjectModel),
    ask(to, own, readComposeConfig).then(readProjectModel),
  ]);
  const pathOf = (file: string) => resolve(cwd, compose.directory, file);
  const envFilesOf = (service: string) => written.services.get(service)?.env_file ?? [];
  /** Whether a service has the very file as its env_file that the new one is written to. */
  const takesFile = (service: string) => envFilesOf(service).some((file) => pathOf(file) === place.path);
  /** Whether it stands in the Compose files themselves, which win over an env_file. */
  const isInline = (service: string, name: string, { services }: ProjectModel) =>
    services.get(service)?.environment.get(name) !== undefined;
  const isRenewed = (service: string, name: string, model: ProjectModel) =>
    name === place.variable && takesFile(service) && !isInline(service, name, model);
  const sayWhere = (service: string, name: string, model: ProjectModel) => {
    if (name.startsWith('/')) return relative(cwd, name);
    if (isInline(service, name, model)) return name;
    const file = envFilesOf(service).find((path) => holdsPassword(readText(pathOf(path)) ?? '', from));
    return file === undefined ? name : `${name} in ${file}`;
  };
  const list = (config: unknown, model: ProjectModel) =>
    [...findHeldPassword(config, from, (path) => (path === place.path ? undefined : readText(path)))].flatMap(
      ([service, names]) => {
        // PgBouncer is told it by its own files.
        const places =
          service === 'pgbouncer' ? [] : names.filter((name) => !isRenewed(service, name, model));
        const where = places.map((name) => sayWhere(service, name, model)).join(', ');
        return places.length === 0 ? [] : [{ service, where }];
      },
    );
  const through = new Set(stack.adopted.services.map(({ name }) => name));
  const held = list(is, written);
  const locked = held.filter(({ service }) => through.has(service));
  if (locked.length > 0)
    throw new RefusedError(
      `these would be locked out, since they have the password of ${user} written out: ${locked.map(({ service, where }) => `${service} (${where})`).join('; ')}`,
      place.variable === undefined
        ? `have them take it from ${place.name}, deploy, then rotate`
        : `have them take it from \${${place.variable}}, deploy, then rotate`,
    );
  const direct = held.map(({ service, where }) =>
    service === stack.postgres.host
      ? `${service} has the old password written out (${where}): Postgres reads that on an empty volume only`
      : `${service} has the old password written out (${where}): where it logs in as ${user}, Postgres refuses it from then on`,
  );
  const back = list(alone, writtenAlone)
    .filter(({ service }) => through.has(service))
    .map(
      ({ service, where }) =>
        `${service} has the old password without the overlay (${where}): change it there before you go back to your own files alone`,
    );
  const taking = Object.keys(asMap(asMap(is)['services'])).filter(
    (service) =>
      service !== 'pgbouncer' &&
      !through.has(service) &&
      (takesFile(service) || definitionOf(was, service) !== definitionOf(is, service)),
  );
  const later =
    taking.length === 0
      ? []
      : [
          `${taking.join(', ')} ${taking.length === 1 ? 'takes' : 'take'} ${place.name}, too: made anew not now, but by the next plain \`docker compose up\``,
        ];
  return [...direct, ...back, ...later];
}

function definitionOf(model: unknown, service: string): string {
  return JSON.stringify(asMap(asMap(model)['services'])[service]);
}

/** The text of a file that a container is given; undefined for a folder, for what is long, and where it cannot be read. */
function readText(path: string): string | undefined {
  try {
    const found = statSync(path);
    return found.isFile() && found.size <= MAX_FILE ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
