import type { AddCommand } from './context.ts';
import { examples, parseSeconds } from './context.ts';

export interface DeployOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  /** False under `--no-backup`. */
  readonly backup: boolean;
  readonly timeout: number;
  readonly out?: string;
}

/** `ecar-pool deploy`: settings -> a stack that runs and was proved, or the one of before. */
export const addDeploy: AddCommand = (program, bind) => {
  const command = program
    .command('deploy')
    .description('render, bring what runs in line and prove it; where that fails, put back what ran before')
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'show the plan, and do nothing')
    .option('--no-backup', 'make no dump first where a step reaches Postgres')
    .option('--timeout <seconds>', 'time limit of the steps, and again of undoing them', parseSeconds, 600)
    .option('-o, --out <dir>', 'render there instead of to stack/<env>/')
    .addHelpText(
      'after',
      examples(
        ['ecar-pool deploy --env prod', 'show the plan, ask, and do it'],
        ['ecar-pool deploy --env prod --dry-run', 'show the plan only'],
        ['ecar-pool deploy --env prod --yes', 'do not ask, as in CI'],
        ['ecar-pool deploy --env prod --no-backup', 'somebody else has seen to the dumps'],
      ),
    );
  bind<DeployOptions>(command, async (invocation) => {
    const { deployStack } = await import('./deploy-stack.ts');
    return deployStack(invocation);
  });
};
