import type { AddCommand } from './context.ts';
import { examples } from './context.ts';

export interface RenderOptions {
  readonly out?: string;
  readonly diff?: boolean;
  readonly check?: boolean;
  readonly force?: boolean;
  readonly setComposeFile?: boolean;
  readonly unsetComposeFile?: boolean;
}

/** `ecar-pool render`: settings -> files in `stack/<env>/`. */
export const addRender: AddCommand = (program, bind) => {
  const command = program
    .command('render')
    .description('write the stack of one environment to stack/<env>/, or lay it over an adopted project')
    .option('-o, --out <dir>', 'write there instead')
    .option('--diff', 'show what would change, secrets redacted; write nothing')
    .option('--check', 'write nothing; exit 1 when anything would change (for CI)')
    .option('--set-compose-file', 'adopted project: have a plain `docker compose` take the overlay (.env)')
    .option('--unset-compose-file', 'adopted project: have it leave the overlay again')
    .option('--force', 'overwrite files that ecar-pool did not render')
    .addHelpText(
      'after',
      examples(
        ['ecar-pool render --env prod', 'write stack/prod/'],
        ['ecar-pool render --env prod --diff', 'show what would change'],
        ['ecar-pool render --env prod --check', 'fail when stack/prod/ is out of date'],
      ),
    );
  bind<RenderOptions>(command, async (invocation) => {
    const { reportUnchanged } = await import('./render-unchanged.ts');
    if (await reportUnchanged(invocation)) return 0;
    const { renderStack } = await import('./render-stack.ts');
    return renderStack(invocation);
  });
};
