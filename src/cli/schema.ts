import type { AddCommand } from './context.ts';
import { examples } from './context.ts';

/** `ecar-pool schema`: what the settings file may hold, for editors. */
export const addSchema: AddCommand = (program, bind) => {
  const command = program
    .command('schema')
    .description('print the JSON Schema of ecar-pool.yaml')
    .addHelpText(
      'after',
      examples(['ecar-pool schema > ecar-pool.schema.json', 'for the first line of ecar-pool.yaml to name']),
    );
  bind(command, async ({ world }) => {
    const { createJsonSchema } = await import('../settings/json-schema.ts');
    world.stdout.write(`${JSON.stringify(createJsonSchema(), null, 2)}\n`);
    return 0;
  });
};
