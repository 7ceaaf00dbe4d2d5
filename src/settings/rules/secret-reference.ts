import type { Findings } from '../finding.ts';
import type { SecretReference } from '../schema.ts';
import type { Path } from '../tree.ts';

/** A secret lies in one place. */
export function checkSecretReference(
  { env, file, command }: SecretReference,
  path: Path,
  found: Findings,
): void {
  if ([env, file, command].filter((place) => place !== undefined).length === 1) return;
  const message = `\`${path.map(String).join('.')}\` must have \`env\`, \`file\` or \`command\`, one of them`;
  found.value(
    'secret-reference',
    path,
    message,
    'write `{ env: NAME }`, `{ file: PATH }` or `{ command: [PROGRAM, …] }`',
  );
}
