import type { AddCommand } from './context.ts';
import { examples } from './context.ts';

/** `ecar-pool render`: settings -> files in `stack/<env>/`. */
export const addRender: AddCommand = (program, bind) => {
  const command = program
    .command('render')
    .description('write the stack of one environment')
    .addHelpText('after', examples(['ecar-pool render --env prod', 'write stack/prod/']));
  bind(command, async ({ report }) => {
    report.line('…');
    return 0;
  });
};
