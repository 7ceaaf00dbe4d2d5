import { UsageError } from '../problems/errors.ts';
import { askYes } from './ask-yes.ts';
import type { World } from './context.ts';

/**
 * Asks on the terminal whether to go on; Enter means no.
 * @throws UsageError where nobody can be asked, InterruptedError on Ctrl-C or when the input ends
 */
export async function confirm(question: string, world: World, json: boolean): Promise<boolean> {
  if (json || !world.stdin.isTTY || !world.stderr.isTTY)
    throw new UsageError(
      'nobody can be asked whether to go on',
      'run it with --yes, or see what it would do with --dry-run',
    );
  return askYes(question, world);
}
