import type { AddCommand } from './context.ts';
import { examples, parseSeconds } from './context.ts';

export interface RestoreOptions {
  readonly into: string;
  readonly clean?: boolean;
  readonly create?: boolean;
  readonly owner: boolean;
  readonly user?: string;
  readonly yes?: boolean;
  readonly timeout?: number;
  readonly out?: string;
}

/** `ecar-pool restore`: a dump into a database, in one transaction. */
export const addRestore: AddCommand = (program, bind) => {
  const command = program
    .command('restore')
    .description('restore a dump into a database, all of it or nothing')
    .argument('<file>', 'a dump in custom format, as `ecar-pool backup` makes')
    .requiredOption('--into <database>', 'the database on the server, or an entry that leads to it')
    .option('--clean', 'drop all that is in the database first, in the same transaction')
    .option('--create', 'create the database if the server has none of that name')
    .option('--no-owner', "give all to the database's owner, without the dump's owners and grants")
    .option('--user <role>', 'work on a server that someone else runs as this role')
    .option('-y, --yes', 'do not ask before dropping; without a terminal, --clean needs it')
    .option('--timeout <seconds>', 'time limit of the whole run (default: none)', parseSeconds)
    .option('-o, --out <dir>', 'where the stack was rendered, if not to stack/<env>/')
    .addHelpText(
      'after',
      examples(
        ['ecar-pool restore x.dump --into ecar_db --env prod', 'into a database without tables'],
        ['ecar-pool restore x.dump --into ecar_db --clean', 'in place of all that is there'],
        ['ecar-pool restore x.dump --into look --create', 'into a database of its own'],
        ['ecar-pool restore x.dump --into ecar_db --no-owner', 'one of another environment'],
      ),
    );
  bind<RestoreOptions>(command, async (invocation, file = '') => {
    const { restoreIntoStack } = await import('./restore-into-stack.ts');
    return restoreIntoStack(invocation, file);
  });
};
