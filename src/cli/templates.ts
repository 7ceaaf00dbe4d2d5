import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The text of a shipped template, such as `init/ecar-pool.yaml`. */
export function readTemplate(name: string): string {
  // The package finds itself by its own name, from the bundle as from the sources.
  const root = dirname(createRequire(import.meta.url).resolve('ecar-pool/package.json'));
  return readFileSync(join(root, 'templates', name), 'utf8');
}
