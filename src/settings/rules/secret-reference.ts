import type { Findings } from '../finding.ts';
import type { SecretReference } from '../schema.ts';
import type { Path } from '../tree.ts';

/** A secret lies in one place. */
export function checkSecretReference({ env, file }: SecretReference, path: Path, found: Findings): void {
  if ((env === undefined) !== (file === undefined)) return;
  const message = `\`${path.map(String).join('.')}\` must have \`env\` or \`file\`, one of them`;
  found.value('secret-reference', path, message, 'write `{ env: NAME }` or `{ file: PATH }`');
}
