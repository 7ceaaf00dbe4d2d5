import type { AddCommand } from './context.ts';
import { examples } from './context.ts';

interface RenderOptions {
  readonly out?: string;
  readonly diff?: boolean;
  readonly check?: boolean;
  readonly force?: boolean;
}

/** `ecar-pool render`: settings -> files in `stack/<env>/`. */
export const addRender: AddCommand = (program, bind) => {
  const command = program
    .command('render')
    .description('write the stack of one environment to stack/<env>/')
    .option('-o, --out <dir>', 'write there instead')
    .option('--diff', 'show what would change, secrets redacted; write nothing')
    .option('--check', 'write nothing; exit 1 when anything would change (for CI)')
    .option('--force', 'overwrite files that ecar-pool did not render')
    .addHelpText(
      'after',
      examples(
        ['ecar-pool render --env prod', 'write stack/prod/'],
        ['ecar-pool render --env prod --diff', 'show what would change'],
        ['ecar-pool render --env prod --check', 'fail when stack/prod/ is out of date'],
      ),
    );
  bind<RenderOptions>(command, async ({ world, options, report }) => {
    const [
      { loadAndPlan },
      { applyChanges },
      { nextSteps },
      { stackCommand },
      { reportChanges, reportDiff, reportSteps, changesToJson },
      { EXIT },
    ] = await Promise.all([
      import('./load-and-plan.ts'),
      import('../plan/apply.ts'),
      import('../plan/next-steps.ts'),
      import('./stack-command.ts'),
      import('../report/changes.ts'),
      import('../problems/errors.ts'),
    ]);
    const { stack, changes, folder, shownFolder } = await loadAndPlan(options, world, report);
    const hasDrift = changes.some(({ kind }) => kind !== 'unchanged');
    const isDry = options.diff === true || options.check === true;
    if (!isDry) await applyChanges(changes, folder, { force: options.force === true, signal: world.signal });
    const steps = hasDrift
      ? nextSteps(changes, stack, {
          folder: shownFolder,
          verify: stackCommand('verify', stack.environment, options),
        })
      : [];
    report.data(
      changesToJson({
        environment: stack.environment,
        folder: shownFolder,
        written: !isDry && hasDrift,
        changes,
        steps,
        diff: options.diff === true,
      }),
    );
    if (options.diff === true) reportDiff(changes, report);
    reportChanges(changes, { folder: shownFolder, isDry }, report);
    if (!isDry) reportSteps(steps, report);
    return options.check === true && hasDrift ? EXIT.checkFailed : EXIT.ok;
  });
};
