import type { AddCommand } from './context.ts';
import { examples, parseSeconds } from './context.ts';

export interface VerifyOptions {
  readonly timeout: number;
  readonly wait?: boolean;
  readonly logins?: boolean;
  readonly strict?: boolean;
  readonly out?: string;
}

/** `ecar-pool verify`: proves the running pool of one environment, and names the cause of what fails. */
export const addVerify: AddCommand = (program, bind) => {
  const command = program
    .command('verify')
    .description('prove the running pool end to end, and name the cause of what fails')
    .option('--timeout <seconds>', 'time limit of the whole run', parseSeconds, 60)
    .option('--wait', 'first wait until all services are healthy, within the time limit')
    .option('--logins', 'only prove that each login gets through the pool to Postgres')
    .option('--strict', 'exit 1 for warnings, too: after a rollback, settings that are ahead of what runs')
    .option('-o, --out <dir>', 'where the stack was rendered, if not to stack/<env>/')
    .addHelpText(
      'after',
      examples(
        ['ecar-pool verify --env prod', 'prove the pool that runs here'],
        ['ecar-pool verify --env prod --wait', 'right after docker compose up -d'],
        ['ecar-pool verify --env prod --logins --wait', 'before the application is led to the pool'],
        ['ecar-pool verify --env prod --json', 'for a monitor: exit 1 when a check fails'],
      ),
    );
  bind<VerifyOptions>(command, async (invocation) => {
    const { createDocker } = await import('../docker/docker.ts');
    const { ask } = await import('../docker/ask.ts');
    const { readVersions } = await import('../docker/versions.ts');
    const { world, options } = invocation;
    const { cwd, env, signal } = world;
    const deadline = performance.now() + options.timeout * 1000;
    // Docker takes its time to answer; the settings are read meanwhile.
    const early = createDocker({ cwd, env, signal, hidden: [], secrets: [], deadline });
    const versions = ask(early, readVersions(early));
    const { proveStack } = await import('./prove-stack.ts');
    return proveStack(invocation, versions, deadline);
  });
};
