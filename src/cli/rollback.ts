import type { AddCommand } from './context.ts';
import { examples, parseSeconds } from './context.ts';
import type { DeployOptions } from './deploy.ts';

export interface RollbackOptions extends DeployOptions {
  readonly to?: string;
  readonly list?: boolean;
}

/** `ecar-pool rollback`: puts back a set of files that verified. */
export const addRollback: AddCommand = (program, bind) => {
  const command = program
    .command('rollback')
    .description('put back the files that a deploy replaced, have them take effect and prove it')
    .option('--to <time>', 'put back the set of that time instead of the one before')
    .option('--list', 'list the sets that can be put back, and do nothing')
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'show the plan, and do nothing')
    .option('--no-backup', 'make no dump first where a step reaches Postgres')
    .option('--timeout <seconds>', 'time limit of the steps, and again of undoing them', parseSeconds, 600)
    .option('-o, --out <dir>', 'where the stack was rendered, if not to stack/<env>/')
    .addHelpText(
      'after',
      `${examples(
        ['ecar-pool rollback --env prod', 'back to what ran before'],
        ['ecar-pool rollback --env prod --list', 'what there is to go back to'],
        ['ecar-pool rollback --env prod --to 2026-11-23T15-30-00Z', 'back to that set'],
      )}
Passwords of roles in Postgres follow the set that is put back. Data does not come back, nor does
what was dropped in Postgres. The settings stay as they are: the next deploy applies them again.
`,
    );
  bind<RollbackOptions>(command, async (invocation) => {
    const { rollbackStack } = await import('./rollback-stack.ts');
    return rollbackStack(invocation);
  });
};
