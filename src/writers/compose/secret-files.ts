import type { Service } from './service.ts';

/** The path at which a container finds the secret that is in `.env` under a name. */
export function secretFile(name: string): string {
  return `/run/secrets/${name}`;
}

/**
 * The `secrets` of a service that reads some of `.env` from files. Compose copies them into the container when it makes
 * it, so that `docker inspect` shows none of them; a root that is read-only takes no such copy. The mode is told,
 * because the programs of an image may run as any user, and older releases of Compose make a file for root alone.
 */
export function secretFiles(names: readonly string[]): Service {
  return names.length === 0 ? {} : { secrets: names.map((source) => ({ source, mode: 0o444 })) };
}

/** The names of those that a service reads from files. */
export function listSecretFiles({ secrets = [] }: Service): string[] {
  return (secrets as readonly { readonly source: string }[]).map(({ source }) => source);
}

/**
 * The `secrets` of the whole file. Of a variable that is missing or empty, Compose would make no file, or an empty
 * one, and that after it stopped the old container; without its name it refuses the file before it does anything.
 */
export function declareSecrets(services: readonly Service[]): Service {
  const names = [...new Set(services.flatMap(listSecretFiles))];
  if (names.length === 0) return {};
  return {
    secrets: Object.fromEntries(names.map((name) => [name, { environment: `\${${name}:+${name}}` }])),
  };
}
