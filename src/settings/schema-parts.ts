import * as z from 'zod/mini';

// What several keys of the model are made of. Patterns have no flags: the JSON Schema, which editors read,
// would lose them.

export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Describes a schema for editors; one that several keys share is wrapped or made anew first. */
export function about<Schema extends z.ZodMiniType>(schema: Schema, description: string): Schema {
  z.globalRegistry.add(schema, { description });
  return schema;
}

/** A key that may be left out. */
export function maybe<Schema extends z.ZodMiniType>(schema: Schema, description: string) {
  return about(z.optional(schema), description);
}

export const textLike = (pattern: RegExp, message: string) => z.string().check(z.regex(pattern, message));

/** A line of text: newlines and NUL reach no file that is rendered. */
export const line = z
  .string()
  .check(z.minLength(1, 'must not be empty'), z.regex(/^[^\0\r\n]*$/, 'must be one line'));
/** An image as Docker reads it: a registry, a path in lowercase, a tag, a digest. */
export const image = line.check(
  z.regex(
    /^(?:[A-Za-z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/,
    'must be an image such as registry.example.com/postgres:17',
  ),
);
export const networkName = () =>
  line.check(
    z.regex(
      /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/,
      'must be letters, digits, `_`, `.` and `-`, starting with a letter or digit',
    ),
  );
export const serviceName = () =>
  textLike(
    /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/,
    'must be letters, digits, `_`, `.` and `-`, starting with a letter or digit',
  );
/** Compose's short form: an address, the port of the host, the port of the container, a protocol. */
export const publishedPort = line.check(
  z.regex(publishedPortPattern(), 'must be a port in the form 127.0.0.1:8000:8000'),
);
export const port = z.int().check(z.gte(1), z.lte(65535));
/** An address of the host, to publish a port on. */
export const bindAddress = () => z.union([z.ipv4(), z.ipv6()]);

/** A place where a secret lies; the settings file is committed and never holds one. */
const secretParts = {
  env: maybe(
    textLike(VARIABLE_NAME, 'must be the name of an environment variable'),
    'The variable that holds it, looked up in the process environment, then .env.<environment>, then .env.',
  ),
  file: maybe(
    line,
    'The file that holds it, relative to the settings file; one newline at its end is dropped.',
  ),
  command: maybe(
    z.array(line).check(z.minLength(1, 'must name a program')),
    'The program that prints it, such as a password manager, and its arguments, as a list: no shell reads them. It runs in the folder of the settings file.',
  ),
};
export const secret = about(
  z.strictObject(secretParts),
  'Where the secret lies: `env: NAME`, `file: PATH` or `command: [PROGRAM, …]`.',
);
export const userPassword = about(
  z.strictObject(secretParts),
  'Where the password lies: `env: NAME`, `file: PATH` or `command: [PROGRAM, …]`. Never the password itself.',
);

function publishedPortPattern(): RegExp {
  const number = '(?:[1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])';
  const range = `${number}(?:-${number})?`;
  const address = '(?:\\d{1,3}(?:\\.\\d{1,3}){3}|\\[[0-9a-fA-F:.]+\\])';
  return new RegExp(`^(?:${address}:)?(?:(?:${range})?:)?${range}(?:\\/(?:tcp|udp|sctp))?$`);
}
