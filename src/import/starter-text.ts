import { writeDotenv } from '../formats/dotenv.ts';
import type { Translation } from './translate.ts';
import type { Wishes } from './wishes.ts';
import { writeYamlMap } from './write-yaml.ts';

/** The text of ecar-pool.yaml. */
export function writeImportedSettings(translation: Translation, from: string, wishes: Wishes): string {
  const [environment = 'prod'] = wishes.environments;
  const { network, postgres, databases, users, pgbouncer } = translation;
  const name = writeYamlMap({ name: wishes.name });
  const environments = writeYamlMap({
    environments: Object.fromEntries(wishes.environments.map((each) => [each, {}])),
  });
  return `# yaml-language-server: $schema=./ecar-pool.schema.json
#
# The settings of ecar-pool, taken over from ${oneLine(from)}: commit this file. Secrets do not belong here:
# they lie in .env.${environment}.
#   ecar-pool render --env ${environment}   writes stack/${environment}/
#   ecar-pool verify --env ${environment}   proves it, once it runs

# The Compose project. Containers are called ${wishes.name}_pgbouncer and so on.
${name}${
  network === ''
    ? ''
    : `
# The network that its Postgres is on.
${network}`
}
# The Postgres behind the pool, which someone else runs. Entries on another server say so themselves.
${postgres}
# What clients may connect to, by the name that they use.
${databases}
# Who may log in. \`secret\` is what userlist.txt holds as it is; with \`password\` ecar-pool would hash it.
${users}
# The pool, in PgBouncer's own words (https://www.pgbouncer.org/config.html). What PgBouncer and ecar-pool have
# different defaults for is written out, so that nothing changes.
${pgbouncer}
# Each environment and what it changes: maps merge, scalars and lists replace, null removes.
${environments}`;
}

/** The text of .env.<environment>. */
export function writeImportedSecrets({ secrets }: Translation, environment: string): string {
  return writeDotenv(secrets, [
    `Secrets of the environment ${environment}: keep them out of version control.`,
  ]);
}

/** A file's name in a comment must not end it. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}
