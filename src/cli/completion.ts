import { Argument } from 'commander';
import type { AddCommand } from './context.ts';
import { examples } from './context.ts';

/** `ecar-pool completion`: what makes Tab work in a shell. */
export const addCompletion: AddCommand = (program, bind) => {
  const command = program
    .command('completion')
    .description('print the completion script of a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      examples(
        ['source <(ecar-pool completion bash)', 'in ~/.bashrc'],
        ['source <(ecar-pool completion zsh)', 'in ~/.zshrc, after compinit'],
        ['ecar-pool completion fish | source', 'in ~/.config/fish/config.fish'],
      ),
    );
  bind(command, async ({ world }, shell) => {
    const { writeCompletion } = await import('./completion-script.ts');
    world.stdout.write(writeCompletion(program, shell));
    return 0;
  });
};
