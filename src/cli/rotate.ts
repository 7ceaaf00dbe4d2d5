import type { AddCommand } from './context.ts';
import { examples, parseSeconds } from './context.ts';

export interface RotateOptions {
  readonly passwordStdin?: boolean;
  readonly passwordEnv?: string;
  readonly ask?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly timeout: number;
  readonly out?: string;
}

const HELP = `
The new password is drawn unless an option gives it, and written to where the settings take it
from. What logs in with it is told: services of the stack are stopped before the change and started
after it with the new one; who else logs in is refused with the old one from then on, and stays
connected. No login of PgBouncer to Postgres fails meanwhile. Where a step fails, all is put back;
killed at any point, the next rotate or deploy finishes it.
`;

/** `ecar-pool rotate`: a new password for one user, everywhere at once. */
export const addRotate: AddCommand = (program, bind) => {
  const command = program
    .command('rotate')
    .description('give a user a new password, in the settings, Postgres and PgBouncer, and prove it')
    .argument('<user>', 'a user of the settings')
    .option('--password-stdin', 'read the new password from stdin up to its end')
    .option('--password-env <var>', 'read the new password from this environment variable')
    .option('--ask', 'ask for the new password on the terminal')
    .option('-y, --yes', 'do not ask whether to go on')
    .option('--dry-run', 'show the plan, and do nothing')
    .option('--timeout <seconds>', 'time limit of the steps, and again of undoing them', parseSeconds, 600)
    .option('-o, --out <dir>', 'where the stack was rendered, if not to stack/<env>/')
    .addHelpText(
      'after',
      `${HELP}${examples(
        ['ecar-pool rotate ecar_user --env prod', 'draw one, show the plan, ask'],
        ['ecar-pool rotate ecar_user --env prod --yes', 'do not ask, as from cron'],
        ['ecar-pool rotate ecar_user --ask', 'type it, without showing it'],
        ['pass db | ecar-pool rotate ecar_user --password-stdin', 'from a program'],
      )}`,
    );
  bind<RotateOptions>(command, async (invocation, user = '') => {
    const { rotateUser } = await import('./rotate-user.ts');
    return rotateUser(invocation, user);
  });
};
