import { Option } from 'commander';
import type { AddCommand } from './context.ts';
import { examples } from './context.ts';

/** The options of `hash-user` as commander gives them. */
export interface HashUserOptions {
  readonly method: 'md5' | 'scram-sha-256';
  readonly iterations?: string;
  readonly passwordStdin?: boolean;
  readonly passwordEnv?: string;
  readonly password?: string | true;
  readonly write?: string;
  readonly sql?: boolean;
  readonly bulk?: string;
}

const HELP = `
The password is asked for on the terminal, twice and without showing it. It cannot be given as an
argument: other users of the machine see those, and the shell keeps them in its history.

What is printed is the line of userlist.txt. PgBouncer can log in to Postgres with it only if the
role in Postgres is stored in the same way: an md5 hash needs a role stored as md5, and a SCRAM
secret works only once the role has this very secret, salt included. --sql prints the ALTER ROLE
that gives it to the role. For a role that exists, copy its secret from pg_authid instead, or run
that ALTER ROLE.

--bulk reads CSV with the header user,password, or one {"user":"…","password":"…"} a line. Nothing
is printed or written where anything in the file is wrong.
`;

/** `ecar-pool hash-user`: a password -> its line in userlist.txt, and the ALTER ROLE that goes with it. */
export const addHashUser: AddCommand = (program, bind) => {
  const command = program
    .command('hash-user')
    .usage('[options] NAME\n       ecar-pool hash-user [options] --bulk FILE')
    .description('hash a password for userlist.txt and Postgres')
    .argument('[name]')
    .allowExcessArguments()
    .addOption(
      new Option('-m, --method <method>', 'how the password is stored')
        .choices(['md5', 'scram-sha-256'])
        .default('md5'),
    )
    .option('--iterations <n>', 'rounds of SCRAM, 4096 to 100000 (default: 4096)')
    .option('--password-stdin', 'read the password from stdin up to its end')
    .option('--password-env <var>', 'read the password from this environment variable')
    // Taken so that it can be refused without printing what came after it.
    .addOption(new Option('-p, --password [value]').hideHelp())
    .option('--bulk <file>', 'hash many users from CSV or NDJSON; - is stdin')
    .option('--write <file>', 'set the line in this userlist.txt instead of printing it')
    .option('--sql', 'print the matching ALTER ROLE too')
    .addHelpText(
      'after',
      `${HELP}${examples(
        ['ecar-pool hash-user ecar_user', 'ask, print the line'],
        ['ecar-pool hash-user ecar_user --method scram-sha-256 --sql', 'SCRAM and ALTER ROLE'],
        ['ecar-pool hash-user ecar_user --password-env DB_PASSWORD', 'from the environment'],
        ['pass db | ecar-pool hash-user ecar_user --password-stdin', 'from a program'],
        ['ecar-pool hash-user ecar_user --write userlist.txt', 'set one line'],
        ['ecar-pool hash-user --bulk users.csv --write userlist.txt', 'many users at once'],
      )}`,
    );
  bind<HashUserOptions>(command, async (invocation) => {
    const { hashUser } = await import('./hash-user-run.ts');
    return hashUser(invocation, command.args);
  });
};
