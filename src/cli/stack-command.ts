import { formatCommand } from '../formats/shell.ts';

/** A command of ours on this very stack, for people to paste: with the options that led to it. */
export function stackCommand(
  name: 'render' | 'verify' | 'deploy' | 'rollback' | 'rotate' | 'backup',
  environment: string,
  { config, out }: { readonly config: string; readonly out?: string },
  ...more: readonly string[]
): string {
  const where = [
    ...(config === 'ecar-pool.yaml' ? [] : ['--config', config]),
    ...(out === undefined ? [] : ['--out', out]),
  ];
  return formatCommand(['ecar-pool', name, '--env', environment, ...where, ...more]);
}
