import type { AddCommand } from './context.ts';
import { examples, parseSeconds } from './context.ts';

export interface BackupOptions {
  readonly database?: readonly string[];
  readonly to?: string;
  readonly user?: string;
  readonly timeout?: number;
  readonly force?: boolean;
  readonly out?: string;
}

/** `ecar-pool backup`: dumps of an environment's databases that have been read back. */
export const addBackup: AddCommand = (program, bind) => {
  const command = program
    .command('backup')
    .description('dump the databases, read each dump back, and remove old ones')
    .option('-d, --database <name>', 'this database only; may be repeated', collect)
    .option('--to <dir>', 'put the dumps there instead of backups/<env>/ beside the settings')
    .option('--user <role>', 'read a server that someone else runs as this role')
    .option('--timeout <seconds>', 'time limit of the whole run (default: none)', parseSeconds)
    .option('-f, --force', 'begin although the disk has less left than the database takes')
    .option('-o, --out <dir>', 'where the stack was rendered, if not to stack/<env>/')
    .addHelpText(
      'after',
      examples(
        ['ecar-pool backup --env prod', 'all databases of the settings'],
        ['ecar-pool backup --env prod --database ecar_db', 'one of them'],
        ['ecar-pool backup --env prod --quiet', 'print the paths of the dumps only'],
        ['PGPASSWORD=... ecar-pool backup --user postgres', 'as a role that the settings do not have'],
      ),
    );
  bind<BackupOptions>(command, async (invocation) => {
    const { backUpStack } = await import('./back-up-stack.ts');
    return backUpStack(invocation);
  });
};

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
