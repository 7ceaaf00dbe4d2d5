import { type Page, PGBOUNCER_CONFIG, refusal } from '../page.ts';

const MERGE = 'https://docs.docker.com/reference/compose-file/merge/';

/** What does not fit a Compose project that is adopted, or a PgBouncer that was there before. */
export const TAKEN_OVER_PAGES = {
  'compose-files': {
    ...refusal,
    title: 'a Compose file that is not there',
    why: 'The pool is laid over the files of the project, so Compose must find each of them.',
    fix: 'Correct the path, which starts at the settings file, or name the files under `compose.files`.',
    sources: [MERGE],
  },
  'no-compose': {
    ...refusal,
    title: 'a service of a project that is not adopted',
    why: '`postgres.service` names a service of the Compose files under `compose`.',
    fix: 'Add `compose` with the services that are to go through the pool, or give `image` or `host` instead.',
    sources: [],
  },
  'compose-postgres': {
    ...refusal,
    title: 'a Postgres of the stack in an adopted project',
    why: 'The project has its data in a Postgres of its own.',
    fix: 'Name that with `service`, or its host with `host`.',
    sources: [],
  },
  'compose-network': {
    ...refusal,
    title: 'a network of the stack in an adopted project',
    why: 'PgBouncer joins the networks of the project; one more would reach nobody.',
    fix: 'Name those that it is to join under `compose.networks`.',
    sources: [],
  },
  'compose-app': {
    ...refusal,
    title: 'an application of the stack in an adopted project',
    why: 'The project runs its applications itself.',
    fix: 'Name its services under `compose.services`.',
    sources: [],
  },
  'compose-folder': {
    ...refusal,
    title: 'a first Compose file in another folder',
    why: 'Compose takes relative paths and .env from the folder of the first file.',
    fix: 'Put the settings file beside it.',
    sources: ['https://docs.docker.com/compose/how-tos/multiple-compose-files/merge/'],
  },
  'compose-service': {
    ...refusal,
    title: 'a service that cannot go through the pool',
    why: 'It is one that ecar-pool adds, or Postgres itself.',
    fix: 'Remove it.',
    sources: [],
  },
  'compose-name': {
    ...refusal,
    title: 'a name that the adopted project does not have, or has itself',
    why: 'The pool is laid over services and networks of the project by their names: one that is not there Compose refuses, and of two services of one name it makes one.',
    fix: 'Write the name as the Compose files have it. `deploy` and `verify` ask Compose; `check` and `render` read none of these files.',
    sources: [MERGE],
  },
  'compose-port': {
    ...refusal,
    title: "a service that is told another port than PgBouncer's",
    why: 'Nothing listens there: connection refused.',
    fix: 'Write the port of `pgbouncer.port`.',
    sources: [],
  },
  'config-file': {
    ...refusal,
    title: 'a file of PgBouncer that cannot be read',
    why: 'It is rendered beside pgbouncer.ini, so it must be there and be text.',
    fix: 'Correct the path, which starts at the settings file.',
    sources: [PGBOUNCER_CONFIG],
  },
  'no-hba-file': {
    ...refusal,
    title: '`auth_type: hba` without rules',
    why: 'The rules say who may log in and how.',
    pgbouncer: 'It lets nobody in.',
    fix: 'Add rules under `hba`, or name a file of yours with `auth_hba_file`, or use md5 or scram-sha-256.',
    sources: [PGBOUNCER_CONFIG],
  },
  'password-and-secret': {
    ...refusal,
    title: 'a user with a password and a stored secret',
    why: 'userlist.txt holds one secret for each user.',
    fix: 'Keep `password` for ecar-pool to hash, or `secret` for userlist.txt to hold as it is.',
    sources: [PGBOUNCER_CONFIG],
  },
  'forced-user': {
    ...refusal,
    title: 'an entry with a `user` or a `password` that does nothing',
    why: 'The entry has PgBouncer log in to Postgres as one user, whoever its clients are.',
    pgbouncer:
      'It ignores the `password` of an entry without a `user`. The Postgres of the stack lets in nobody whom the entry does not list.',
    fix: 'Add the `user` above the `password`, and list it in the entry.',
    sources: ['https://www.pgbouncer.org/config.html#section-databases'],
  },
} as const satisfies Record<string, Page>;
