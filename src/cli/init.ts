import type { Answers } from '../init/answers.ts';
import type { AddCommand } from './context.ts';
import { examples, parsePort } from './context.ts';

interface InitOptions {
  readonly dir: string;
  readonly yes?: boolean;
  readonly name?: string;
  readonly database?: string;
  readonly user?: string;
  readonly postgresHost?: string;
  readonly postgresImage?: string;
  readonly pgbouncerImage?: string;
  readonly authType?: string;
  readonly poolSize?: string;
  readonly environments?: string;
  readonly from?: readonly string[];
  readonly postgresService?: string;
  readonly services?: string;
  readonly passwordEnv?: string;
  readonly port?: number;
  readonly extendEnv?: boolean;
  readonly without?: string;
  readonly network?: string;
}

/** `ecar-pool init`: the first settings file, its secrets, and what keeps them out of version control. */
export const addInit: AddCommand = (program, bind) => {
  const command = program
    .command('init')
    .description('write ecar-pool.yaml, .env.<environment> and .gitignore lines')
    .option('-d, --dir <dir>', 'the folder to write to', '.')
    .option('-y, --yes', 'ask nothing; also without a terminal')
    .option(
      '--from <file...>',
      'take over a pgbouncer.ini, or adopt a project: its Compose files, in their order',
    )
    .option('--postgres-service <name>', 'of an adopted project: the service that runs Postgres')
    .option(
      '--services <names>',
      'of an adopted project: those that are to go through the pool, separated by commas',
    )
    .option(
      '--password-env <name>',
      'of an adopted project: the variable of .env that holds a password which is not found',
    )
    .option(
      '--extend-env',
      'of an adopted project: add a variable to .env for a password within a connection string',
    )
    .option(
      '--port <n>',
      'with --from: the port of PgBouncer (default: 6432, or what the file says)',
      parsePort,
    )
    .option('--without <keys>', 'of a PgBouncer taken over: what may be left out, separated by commas')
    .option('--network <name>', 'of a PgBouncer taken over: the network of Docker that its Postgres is on')
    .option('--name <name>', 'the Compose project (default: the folder)')
    .option('--database <name>', 'the database (default: <name>_db)')
    .option('--user <name>', "the application's user (default: <name>_user)")
    .option('--postgres-host <host>', 'a Postgres that someone else runs, as host or host:port')
    .option('--postgres-image <image>', 'the image of the Postgres that the stack runs')
    .option('--pgbouncer-image <image>', 'the image of PgBouncer')
    .option('--auth-type <type>', 'md5 or scram-sha-256')
    .option('--pool-size <n>', 'server connections per user and database')
    .option('--environments <names>', 'environments, separated by commas')
    .addHelpText(
      'after',
      examples(
        ['ecar-pool init', 'ask a few questions, with good defaults'],
        ['ecar-pool init --yes', 'ask nothing'],
        ['ecar-pool init --yes --postgres-host db.example.com', 'for a Postgres that someone else runs'],
        ['ecar-pool init --from docker-compose.yml', 'put the pool into a project that is there'],
        ['ecar-pool init --from pgbouncer.ini', 'settings that give the pool that is there'],
      ),
    );
  bind<InitOptions>(command, async ({ world, options, report }) => {
    const [{ createStarter }, { askQuestions }, { collectAnswers }] = await Promise.all([
      import('./create-starter.ts'),
      import('./ask-questions.ts'),
      import('./collect-answers.ts'),
    ]);
    const { resolve } = await import('node:path');
    const folder = resolve(world.cwd, options.dir);
    const { answers: defaults, given } = collectAnswers(options, folder);
    const isTerminal = world.stdin.isTTY === true && world.stderr.isTTY === true;
    const isAsking = options.yes !== true && isTerminal && !report.json;
    const { takeOver } = await import('./take-over.ts');
    const taken = await takeOver(options, { answers: defaults, given, isAsking }, folder, world, report);
    if (taken !== undefined) return taken;
    const answers: Answers = isAsking ? await askQuestions(defaults, given, world) : defaults;
    return createStarter(answers, folder, world.cwd, report);
  });
};
