import { InvalidArgumentError } from 'commander';
import type { AddCommand } from './context.ts';
import { examples } from './context.ts';

export interface SizeOptions {
  readonly workers?: number;
  readonly threads?: number;
  readonly cores?: number;
  readonly maxConnections?: number;
  readonly processes?: number;
}

/** `ecar-pool size`: the connection budget as a table, and sizes for a load. */
export const addSize: AddCommand = (program, bind) => {
  const command = program
    .command('size')
    .description('show how many connections the pools may open, and propose sizes')
    .option('--workers <n>', 'processes of the application', parseCount)
    .option('--threads <n>', 'threads of each of them (default: 1)', parseCount)
    .option('--cores <n>', 'cores of the machine that Postgres runs on', parseCount)
    .option('--max-connections <n>', "Postgres's max_connections, if not that of the settings", parseCount)
    .option(
      '--processes <n>',
      'PgBouncers like this one in front of the same server (default: 1)',
      parseCount,
    )
    .addHelpText(
      'after',
      examples(
        ['ecar-pool size --env prod', 'what the pools may open, and what Postgres has'],
        ['ecar-pool size --workers 8 --threads 4 --cores 8', 'sizes for that load, with reasons'],
        ['ecar-pool size --max-connections 60', 'what would fit a smaller server'],
      ),
    );
  bind<SizeOptions>(command, async (invocation) => {
    const { showSize } = await import('./show-size.ts');
    return showSize(invocation);
  });
};

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 1 to 999999.');
  return Number(text);
}
