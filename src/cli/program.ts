import { Command, CommanderError } from 'commander';
import { EXIT, ExpectedError, UsageError } from '../problems/errors.ts';
import { addBackup } from './backup.ts';
import { addCheck } from './check.ts';
import { addCompletion } from './completion.ts';
import { concealValue } from './conceal-value.ts';
import { addConfig } from './config.ts';
import type { AddCommand, Bind, GlobalOptions, World } from './context.ts';
import { examples } from './context.ts';
import { addDeploy } from './deploy.ts';
import { addExplain } from './explain.ts';
import { addHashUser } from './hash-user.ts';
import { addInit } from './init.ts';
import { addRender } from './render.ts';
import { addReport } from './report.ts';
import { addRestore } from './restore.ts';
import { addRollback } from './rollback.ts';
import { addRotate } from './rotate.ts';
import { addSchema } from './schema.ts';
import { addSize } from './size.ts';
import { addSnippet } from './snippet.ts';
import { addVerify } from './verify.ts';

declare const __VERSION__: string;

const COMMANDS: readonly AddCommand[] = [
  addInit,
  addCheck,
  addSize,
  addRender,
  addVerify,
  addDeploy,
  addRollback,
  addRotate,
  addBackup,
  addRestore,
  addReport,
  addHashUser,
  addConfig,
  addSnippet,
  addExplain,
  addSchema,
  addCompletion,
];

const HELP_HINT = 'ecar-pool --help lists commands and options';

const EXIT_CODES = `
Exit codes:
  0    fine
  1    a check failed, or render --check found drift
  2    wrong usage or settings
  3    docker or the environment
  70   a bug in ecar-pool
  130  interrupted
`;

/** The whole command line as data: what `--help`, the completion and the tests read. */
export function buildProgram(world: World, finish: (code: number) => void): Command {
  const program = new Command('ecar-pool')
    .description(
      'Render PgBouncer stacks for Docker Compose from one settings file, and prove that they work.',
    )
    .version(__VERSION__, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help')
    .option('-c, --config <file>', 'settings file', 'ecar-pool.yaml')
    .option('-e, --env <name>', 'environment (default: the first in the settings file)')
    .option('--json', 'print the result as JSON')
    .option('-q, --quiet', 'print only the result and problems')
    .option('--no-color', 'no colour, as under NO_COLOR')
    .showHelpAfterError(`(${HELP_HINT})`)
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => void world.stdout.write(text),
      // Under --json what is wrong is an object on stdout, and that is all.
      writeErr: (text) => {
        if (program.opts<GlobalOptions>().json !== true) world.stderr.write(text);
      },
      outputError: (text, write) => write(concealValue(text)),
      getOutHelpWidth: () => Math.min(world.stdout.columns ?? 100, 100),
      getErrHelpWidth: () => Math.min(world.stderr.columns ?? 100, 100),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride();
  program.addHelpText(
    'after',
    `${examples(
      ['ecar-pool init', 'write ecar-pool.yaml and its secrets'],
      ['ecar-pool render --env prod', 'write stack/prod/'],
      ['ecar-pool verify --env prod', 'prove the running pool end to end'],
      ['ecar-pool deploy --env prod', 'all of that, and back where it fails'],
    )}${EXIT_CODES}`,
  );
  const bind: Bind = (command, run) => {
    command.action(async (...args: unknown[]) => {
      const options = command.optsWithGlobals<GlobalOptions & Parameters<typeof run>[0]['options']>();
      finish(
        await runReported(world, options, (report) =>
          run({ world, options, report }, ...(args.slice(0, -2) as string[])),
        ),
      );
    });
  };
  for (const add of COMMANDS) add(program, bind);
  for (const command of program.commands)
    command.showHelpAfterError(`(ecar-pool ${command.name()} --help lists its options)`);
  return program;
}

/** Runs one command with a reporter fit for its options, and turns what it throws into words and an exit code. */
async function runReported(
  world: World,
  options: GlobalOptions,
  run: (report: import('../report/reporter.ts').Reporter) => Promise<number>,
): Promise<number> {
  const { createReporter } = await import('../report/reporter.ts');
  const report = createReporter(world.stdout, world.stderr, {
    json: options.json ?? false,
    quiet: options.quiet ?? false,
    color: options.color,
    noColor: world.env['NO_COLOR'],
  });
  try {
    return await run(report);
  } catch (error) {
    const { reportBug, reportFailure } = await import('../report/failure.ts');
    if (world.signal.aborted) return EXIT.interrupted;
    if (error instanceof ExpectedError) {
      reportFailure(error, report);
      return error.exitCode;
    }
    reportBug(error, __VERSION__, report);
    return EXIT.bug;
  }
}

/** The program: takes what follows `ecar-pool` on the command line and gives the exit code; never throws. */
export async function run(argv: readonly string[], world: World): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = buildProgram(world, (code) => {
    exitCode = code;
  });
  if (argv.length === 0) {
    program.outputHelp();
    return EXIT.ok;
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.ok;
    const options = program.opts<GlobalOptions>();
    if (options.json) return runReported(world, options, () => Promise.reject(toUsageError(error)));
    // Commander ends with 1 on wrong usage; ours is 2, because 1 means that a check failed.
    return EXIT.usage;
  }
  return exitCode;
}

/** What Commander says about wrong usage, taken apart into what is wrong and what to do. */
function toUsageError({ code, message }: CommanderError): UsageError {
  const [, what = '', suggestion] = /^error: (.*?)(?:\n\((.*)\))?$/s.exec(concealValue(message)) ?? [];
  // Where nothing but options is given, it has only help to show.
  return new UsageError(code === 'commander.help' ? 'the command is missing' : what, suggestion ?? HELP_HINT);
}
