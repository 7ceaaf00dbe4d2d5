import { z } from 'zod';
import { SETTING_NAMES, type SettingType, settingFacts } from '../stack/pgbouncer-settings.ts';

export const PROJECT_NAME = /^[a-z0-9][a-z0-9_-]*$/;
export const ENVIRONMENT_NAME = /^[a-z0-9][a-z0-9_-]*$/;
const SERVICE_NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

// Patterns have no flags: the JSON Schema, which editors read, would lose them.

/** A line of text: newlines and NUL reach no file that is rendered. */
const line = z
  .string()
  .min(1, 'must not be empty')
  .regex(/^[^\0\r\n]*$/, 'must be one line');
/** An image as Docker reads it: a registry, a path in lowercase, a tag, a digest. */
const image = line.regex(
  /^(?:[A-Za-z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/,
  'must be an image such as registry.example.com/postgres:17',
);
const networkName = line.regex(
  /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/,
  'must be letters, digits, `_`, `.` and `-`, starting with a letter or digit',
);
/** Compose's short form: an address, the port of the host, the port of the container, a protocol. */
const publishedPort = line.regex(publishedPortPattern(), 'must be a port in the form 127.0.0.1:8000:8000');
const port = z.int().min(1).max(65535);
const count = z.int().min(0).max(2147483647);

const poolMode = z.enum(['session', 'transaction', 'statement']);
const sslmode = z.enum(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full']);

function publishedPortPattern(): RegExp {
  const number = '(?:[1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])';
  const range = `${number}(?:-${number})?`;
  const address = '(?:\\d{1,3}(?:\\.\\d{1,3}){3}|\\[[0-9a-fA-F:.]+\\])';
  return new RegExp(`^(?:${address}:)?(?:(?:${range})?:)?${range}(?:\\/(?:tcp|udp|sctp))?$`);
}

/** A place where a secret lies; the settings file is committed and never holds one. */
const secret = z
  .strictObject({
    env: z
      .string()
      .regex(VARIABLE_NAME, 'must be the name of an environment variable')
      .optional()
      .describe(
        'The variable that holds it, looked up in the process environment, then .env.<environment>, then .env.',
      ),
    file: line
      .optional()
      .describe('The file that holds it, relative to the settings file; one newline at its end is dropped.'),
  })
  .describe('Where the secret lies: `env: NAME` or `file: PATH`.');

const VALUE_OF_TYPE = {
  int: count,
  flag: z.literal([0, 1]),
  sec: z.number().min(0).max(2147483647),
  str: z
    .string()
    .regex(/^[^\0\r\n]*$/, 'must be one line')
    .regex(/^(?:\S(?:[\s\S]*\S)?)?$/, 'must not start or end with a blank: PgBouncer drops it'),
  pool_mode: poolMode,
  sslmode,
} satisfies Record<SettingType, z.ZodType>;

/** Every catalogued `[pgbouncer]` setting as an optional key. */
const pgbouncerSettings = Object.fromEntries(
  SETTING_NAMES.map((name) => {
    const { type, since, description } = settingFacts(name);
    const note = since === '1.5' ? '' : ` Since PgBouncer ${since}.`;
    return [name, VALUE_OF_TYPE[type].optional().describe(description + note)];
  }),
);

const postgres = z
  .strictObject({
    image: image
      .optional()
      .describe(
        'The image of a Postgres that the stack runs, with a tag that names its version. Leave it out and set `host` for a server that someone else runs.',
      ),
    version: z
      .int()
      .min(14)
      .max(99)
      .optional()
      .describe("Postgres's major version, where the image's tag does not tell it."),
    host: line
      .regex(/^[^\s,/]+$/, 'must be one host name or address')
      .optional()
      .describe(
        'The host name of a Postgres that someone else runs. Leave it out for one that the stack runs.',
      ),
    port: port.default(5432).describe('The port that Postgres listens on.'),
    max_connections: z
      .int()
      .min(1)
      .max(262143)
      .default(100)
      .describe("Postgres's max_connections: set on the server that the stack runs."),
    user: line
      .default('postgres')
      .describe(
        'The superuser of the server that the stack runs. Applications use the roles under `users` instead.',
      ),
    password: secret.optional().describe('The password of that superuser.'),
    settings: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_.]*$/, 'must be the name of a Postgres setting'),
        z.union([line, z.number(), z.boolean()]),
      )
      .default({})
      .describe(
        'Further settings of the server that the stack runs, each given as `postgres -c name=value`.',
      ),
  })
  .describe(
    'The server behind the pool: one that the stack runs (`image`) or one that someone else runs (`host`).',
  );

const database = z.strictObject({
  dbname: line.optional().describe('The database on the server. Default: the same name.'),
  users: z.array(line).min(1, 'must name at least one user').describe('The users that log in to it.'),
  pool_mode: poolMode
    .optional()
    .describe('Its own pool mode, such as `session` for migrations and the admin.'),
  pool_size: count.min(1).optional().describe('Its own size of each pool.'),
  min_pool_size: count.optional().describe('Its own min_pool_size. Since PgBouncer 1.16.'),
  reserve_pool_size: count.optional().describe('Its own reserve_pool_size.'),
  max_db_connections: count
    .optional()
    .describe('Server connections for this entry over all its users; 0 no limit.'),
});

const user = z.strictObject({
  password: secret.describe(
    'Where the password lies: `env: NAME` or `file: PATH`. Never the password itself.',
  ),
  role: z
    .enum(['app', 'admin', 'stats'])
    .default('app')
    .describe('`app` logs in to databases, `admin` may do everything in the console, `stats` may only look.'),
  pool_mode: poolMode.optional().describe('Its own pool mode in every database.'),
  max_user_connections: count
    .optional()
    .describe('Server connections of this user over all databases; 0 no limit.'),
});

const pgbouncer = z
  .strictObject({
    image: image
      .default('edoburu/pgbouncer:v1.25.2-p0')
      .describe(
        'The PgBouncer image, with a tag that names its version; it must read /etc/pgbouncer/pgbouncer.ini, as edoburu/pgbouncer does.',
      ),
    version: z
      .string()
      .regex(/^\d+\.\d+(\.\d+)?$/, 'must be a version such as 1.25.2')
      .optional()
      .describe("PgBouncer's version, where the image's tag does not tell it."),
    port: port.default(6432).describe('The port: listened on, published on the host, and given to the app.'),
    bind: z
      .union([z.ipv4(), z.ipv6()])
      .default('127.0.0.1')
      .describe('The address of the host that the port is published on. 0.0.0.0 lets the whole network in.'),
    auth_type: z
      .enum(['md5', 'scram-sha-256'])
      .default('md5')
      .describe('How clients prove who they are, and what Postgres stores of their passwords.'),
    ...pgbouncerSettings,
  })
  .describe("PgBouncer: its image, its port, and its own settings under PgBouncer's own names.");

const app = z
  .strictObject({
    service: z
      .string()
      .regex(SERVICE_NAME, 'must be letters, digits, `_`, `.` and `-`, starting with a letter or digit')
      .default('django')
      .describe('The name of its Compose service.'),
    kind: z
      .enum(['django', 'other'])
      .default('django')
      .describe('`django` adds the variables that Django behind a pool needs.'),
    build: line.optional().describe('The folder with its Dockerfile, relative to the settings file.'),
    image: image.optional().describe('Its image, where it is not built here.'),
    command: z
      .union([line, z.array(z.string())])
      .optional()
      .describe("Replaces the image's command."),
    ports: z
      .array(publishedPort)
      .default([])
      .describe("Ports to publish, in Compose's short form, such as 127.0.0.1:8000:8000."),
    volumes: z
      .array(line)
      .default([])
      .describe("Volumes in Compose's short form; `./` is the folder of the settings file."),
    environment: z
      .record(
        z.string().regex(VARIABLE_NAME, 'must be the name of an environment variable'),
        z.union([z.string(), z.number(), z.boolean(), secret]),
      )
      .default({})
      .describe('Further variables: a value, or `env: NAME` or `file: PATH` for a secret.'),
    database: line.optional().describe('The database that it uses. Default: the first one.'),
    user: line.optional().describe("The user that it logs in as. Default: that database's first one."),
    session_database: line
      .optional()
      .describe(
        'The entry in session mode for migrations and the admin. Default: the first such entry of the same user.',
      ),
  })
  .describe('The application behind the pool. Leave it out where another Compose project runs it.');

const limits = z.strictObject({
  cpus: z
    .union([
      z.number().positive(),
      z.string().regex(/^(?=.*[1-9])\d+(\.\d+)?$/, 'must be a number of CPUs such as 0.5'),
    ])
    .optional()
    .describe('CPUs at most, such as 0.5.'),
  memory: z
    .string()
    .regex(/^\d+(\.\d+)?[bkmgBKMG][bB]?$/, 'must be a size such as 256M')
    .optional()
    .describe('Memory at most, such as 256M.'),
});

/** The model of one environment's settings, after its overlay is laid over the base. */
export const settingsSchema = z.strictObject({
  name: z
    .string()
    .max(63)
    .regex(PROJECT_NAME, 'must be lowercase letters, digits, `-` and `_`, starting with a letter or digit')
    .describe('The Compose project; containers are called <name>_<service>.'),
  network: z
    .union([
      networkName,
      z.strictObject({
        name: networkName.describe('Its name.'),
        external: z.boolean().default(false).describe('Whether it exists already, made by another project.'),
      }),
    ])
    .optional()
    .describe(
      'The network that the services share: a name, or `name` and `external: true` for one that another project made. Default: <name>-network.',
    ),
  postgres,
  databases: z
    .record(z.string(), database)
    .describe("The entries of PgBouncer's [databases], by the name that clients connect to."),
  users: z.record(z.string(), user).describe('The users that log in to the pool, by name.'),
  pgbouncer: pgbouncer.prefault({}),
  app: app.optional(),
  resources: z.record(z.string(), limits).default({}).describe('Limits of the containers, by service.'),
});

/** The settings of one environment as written, checked and with defaults filled in. */
export type Settings = z.infer<typeof settingsSchema>;
export type SecretReference = z.infer<typeof secret>;
