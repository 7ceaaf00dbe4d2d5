import * as z from 'zod/mini';
import { about, line, maybe, networkName, serviceName, textLike } from './schema-parts.ts';

/** A variable of a container may be called almost anything: `spring.datasource.url`. */
const variable = textLike(/^[^=\s]+$/, 'must be the name of a variable');

const service = z.strictObject({
  environment: about(
    z.record(variable, z.union([line, z.number(), z.boolean()])),
    `The variables that change, in Compose's own syntax: \`\${NAME}\` stays a variable of the project's .env.`,
  ),
});

/** A Compose project that is there already. */
export const adoptedProject = about(
  z.strictObject({
    files: maybe(
      z.array(line).check(z.minLength(1, 'must name at least one file')),
      "Its Compose files in their order; the first one lies beside the settings file. Default: Compose's own, such as docker-compose.yml and docker-compose.override.yml.",
    ),
    networks: about(
      z._default(z.array(networkName()).check(z.minLength(1, 'must name at least one network')), ['default']),
      'The networks that PgBouncer joins, by their keys in these files: those on which Postgres and the services below are.',
    ),
    profiles: about(
      z._default(z.array(serviceName()), []),
      'The profiles that PgBouncer starts with. Leave it out where any service below always starts.',
    ),
    services: about(
      z._default(z.record(serviceName(), service), {}),
      'Its services that are to go through the pool, each with what changes for it.',
    ),
  }),
  'A Compose project that is there already: `render` lays PgBouncer over it in docker-compose.pgbouncer.yml and touches none of its files.',
);
