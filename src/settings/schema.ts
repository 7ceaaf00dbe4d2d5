// zod/mini is zod without methods on each schema: it builds several times faster, and only what is used
// here gets into the bundle.
import * as z from 'zod/mini';
import { DEFAULT_DIRECT_CONNECTIONS } from '../stack/budget.ts';
import { DATABASE_KEYS } from '../stack/catalogue/database-keys.ts';
import { USER_KEYS } from '../stack/catalogue/user-keys.ts';
import { SETTABLE } from '../stack/pgbouncer-settings.ts';
import { backup } from './backup-schema.ts';
import { fromCatalogue, text } from './catalogue-schema.ts';
import { adoptedProject } from './compose-schema.ts';
import { hba } from './hba-schema.ts';
import { monitoring } from './monitoring-schema.ts';
import {
  about,
  bindAddress,
  image,
  line,
  maybe,
  networkName,
  port,
  publishedPort,
  secret,
  serviceName,
  textLike,
  userPassword,
  VARIABLE_NAME,
} from './schema-parts.ts';

export const PROJECT_NAME = /^[a-z0-9][a-z0-9_-]*$/;
export const ENVIRONMENT_NAME = /^[a-z0-9][a-z0-9_-]*$/;

const postgres = about(
  z.strictObject({
    image: maybe(
      image,
      'The image of a Postgres that the stack runs, with a tag that names its version. Leave it out and set `host` for a server that someone else runs.',
    ),
    version: maybe(
      z.int().check(z.gte(14), z.lte(99)),
      "Postgres's major version, where the image's tag does not tell it.",
    ),
    host: maybe(
      line.check(z.regex(/^[^\s,/]+$/, 'must be one host name or address')),
      'The host name of a Postgres that someone else runs. Leave it out for one that the stack runs.',
    ),
    service: maybe(
      serviceName(),
      'The service of the adopted project that runs Postgres; needs `compose`. Its roles and data stay as they are.',
    ),
    port: about(z._default(port, 5432), 'The port that Postgres listens on.'),
    max_connections: maybe(
      z.int().check(z.gte(1), z.lte(262143)),
      "Postgres's max_connections, which the pools must fit. Set on the server that the stack runs, default 100; of one that someone else runs, what it has.",
    ),
    direct_connections: about(
      z._default(z.int().check(z.gte(0), z.lte(262143)), DEFAULT_DIRECT_CONNECTIONS),
      'Connections of it that are kept for those who come past the pool: backups, migrations, people.',
    ),
    user: about(
      z._default(line, 'postgres'),
      'The superuser of the server that the stack runs. Applications use the roles under `users` instead.',
    ),
    password: maybe(secret, 'The password of that superuser.'),
    settings: about(
      z._default(
        z.record(
          textLike(/^[A-Za-z_][A-Za-z0-9_.]*$/, 'must be the name of a Postgres setting'),
          z.union([line, z.number(), z.boolean()]),
        ),
        {},
      ),
      'Further settings of the server that the stack runs, each given as `postgres -c name=value`.',
    ),
  }),
  'The server behind the pool: one that the stack runs (`image`), a service of the adopted project (`service`), or one that someone else runs (`host`).',
);

const database = z.strictObject({
  host: maybe(
    line.check(z.regex(/^[^\s,/]+(,[^\s,/]+)*$/, 'must be a host name or address, or several with commas')),
    'The host of the server that it is on, or several with commas. Default: the one under `postgres`.',
  ),
  port: maybe(port, 'The port of that server. Default: the one under `postgres`.'),
  dbname: maybe(line, 'The database on the server. Default: the same name.'),
  users: about(
    z.array(line).check(z.minLength(1, 'must name at least one user')),
    'The users that may connect to it. It is made for the first one, who owns it and decides what the others may do in it. The Postgres that the stack runs refuses everyone else.',
  ),
  password: maybe(secret, 'Where the password of its `user` lies, if that is not a user with a `secret`.'),
  // An entry cannot hold an empty value.
  ...fromCatalogue(DATABASE_KEYS, line),
});

const role = z.enum(['app', 'admin', 'stats']);

const user = z.strictObject({
  password: z.optional(userPassword),
  secret: maybe(
    secret,
    'In place of `password`: where that lies which userlist.txt is to hold as it is, be it a password in the clear, an md5 hash or a SCRAM verifier. No role in Postgres is changed for it.',
  ),
  role: about(
    z._default(z.union([role, z.array(role).check(z.minLength(1, 'must name at least one role'))]), 'app'),
    '`app` logs in to databases, `admin` may do everything in the console, `stats` may only look; or a list of these.',
  ),
  sslcert: maybe(
    line,
    'The certificate that `verify` and the exporter show PgBouncer as this user, where client_tls_sslmode asks for one.',
  ),
  sslkey: maybe(line, 'The private key of sslcert, without a passphrase.'),
  ...fromCatalogue(USER_KEYS, line),
});

const pgbouncer = about(
  z.strictObject({
    image: about(
      z._default(image, 'edoburu/pgbouncer:v1.26.0-p0'),
      'The PgBouncer image, with a tag that names its version; it must read /etc/pgbouncer/pgbouncer.ini, as edoburu/pgbouncer does.',
    ),
    version: maybe(
      textLike(/^\d+\.\d+(\.\d+)?$/, 'must be a version such as 1.25.2'),
      "PgBouncer's version, where the image's tag does not tell it.",
    ),
    port: about(
      z._default(port, 6432),
      'The port: listened on, published on the host, and given to the app.',
    ),
    bind: about(
      z._default(bindAddress(), '127.0.0.1'),
      'The address of the host that the port is published on. 0.0.0.0 lets the whole network in.',
    ),
    auth_type: about(
      z._default(z.enum(['md5', 'scram-sha-256', 'cert', 'hba', 'trust', 'any']), 'md5'),
      'How clients prove who they are, and what Postgres stores of their passwords: md5 hashes under `md5`, else SCRAM verifiers. `cert` is by a certificate for CN=user, and passwords are for Postgres alone; `hba` goes by the rules of `hba` or auth_hba_file; `trust` lets in every user of the list without a password, and `any` whoever comes, as the `user` of the entry.',
    ),
    hba,
    ...fromCatalogue(SETTABLE, text),
  }),
  "PgBouncer: its image, its port, and its own settings under PgBouncer's own names.",
);

const app = about(
  z.strictObject({
    service: about(z._default(serviceName(), 'django'), 'The name of its Compose service.'),
    kind: about(
      z._default(z.enum(['django', 'other']), 'django'),
      '`django` adds the variables that Django behind a pool needs.',
    ),
    build: maybe(line, 'The folder with its Dockerfile, relative to the settings file.'),
    image: maybe(image, 'Its image, where it is not built here.'),
    command: maybe(z.union([line, z.array(z.string())]), "Replaces the image's command."),
    ports: about(
      z._default(z.array(publishedPort), []),
      "Ports to publish, in Compose's short form, such as 127.0.0.1:8000:8000.",
    ),
    volumes: about(
      z._default(z.array(line), []),
      "Volumes in Compose's short form; `./` is the folder of the settings file.",
    ),
    environment: about(
      z._default(
        z.record(
          textLike(VARIABLE_NAME, 'must be the name of an environment variable'),
          z.union([z.string(), z.number(), z.boolean(), secret]),
        ),
        {},
      ),
      'Further variables: a value, or `env: NAME`, `file: PATH` or `command: [PROGRAM, …]` for a secret.',
    ),
    secrets: about(
      z._default(z.enum(['environment', 'files']), 'environment'),
      'How it is given DB_PASSWORD and the secrets among these: as variables of its `environment`, which `docker inspect` shows, or as `files`: NAME_FILE then says where NAME lies, /run/secrets/NAME.',
    ),
    database: maybe(line, 'The database that it uses. Default: the first one.'),
    user: maybe(line, "The user that it logs in as. Default: that database's first one."),
    session_database: maybe(
      line,
      'The entry in session mode for migrations and the admin. Default: the first such entry of the same user.',
    ),
  }),
  'The application behind the pool. Leave it out where another Compose project runs it.',
);

const limits = z.strictObject({
  cpus: maybe(
    z.union([
      z.number().check(z.positive()),
      textLike(/^(?=.*[1-9])\d+(\.\d+)?$/, 'must be a number of CPUs such as 0.5'),
    ]),
    'CPUs at most, such as 0.5.',
  ),
  memory: maybe(
    textLike(/^\d+(\.\d+)?[bkmgBKMG][bB]?$/, 'must be a size such as 256M'),
    'Memory at most, such as 256M.',
  ),
});

const network = z.strictObject({
  name: about(networkName(), 'Its name.'),
  external: about(z._default(z.boolean(), false), 'Whether it exists already, made by another project.'),
});

/** The model of one environment's settings, after its overlay is laid over the base. */
export const settingsSchema = z.strictObject({
  name: about(
    z
      .string()
      .check(
        z.maxLength(63),
        z.regex(
          PROJECT_NAME,
          'must be lowercase letters, digits, `-` and `_`, starting with a letter or digit',
        ),
      ),
    'The Compose project; containers are called <name>_<service>.',
  ),
  network: maybe(
    z.union([networkName(), network]),
    'The network that the services share: a name, or `name` and `external: true` for one that another project made. Default: <name>-network.',
  ),
  postgres,
  databases: about(
    z.record(z.string(), database),
    "The entries of PgBouncer's [databases], by the name that clients connect to.",
  ),
  users: about(z.record(z.string(), user), 'The users that log in to the pool, by name.'),
  pgbouncer: z.prefault(pgbouncer, {}),
  app: z.optional(app),
  compose: z.optional(adoptedProject),
  monitoring: z.prefault(monitoring, {}),
  backup: z.prefault(backup, {}),
  resources: about(z._default(z.record(z.string(), limits), {}), 'Limits of the containers, by service.'),
});

/** The settings of one environment as written, checked and with defaults filled in. */
export type Settings = z.infer<typeof settingsSchema>;
export type SecretReference = z.infer<typeof secret>;
