import { Argument } from 'commander';
import type { AddCommand } from './context.ts';
import { examples } from './context.ts';

/** `ecar-pool snippet`: the lines that an application needs to read what the stack gives it. */
export const addSnippet: AddCommand = (program, bind) => {
  const command = program
    .command('snippet')
    .description("print the code that reads the stack's variables")
    .addArgument(new Argument('<framework>', 'the framework').choices(['django']))
    .addHelpText(
      'after',
      examples(['ecar-pool snippet django', 'print database.py, to put beside settings.py']),
    );
  bind(command, async ({ world }, framework) => {
    const { readTemplate } = await import('./templates.ts');
    world.stdout.write(readTemplate(`snippets/${framework}.py`));
    return 0;
  });
};
