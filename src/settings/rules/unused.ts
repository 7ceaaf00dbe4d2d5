import type { Findings } from '../finding.ts';
import type { Path } from '../tree.ts';

/** With `external: true` somebody else decides these: each that was set to anything but its default is refused. */
export function checkUnused(
  given: Readonly<Record<string, unknown>>,
  defaults: Readonly<Record<string, unknown>>,
  path: Path,
  found: Findings,
): void {
  for (const [key, value] of Object.entries(defaults)) {
    if (given[key] === value) continue;
    const at = [...path, key];
    const message = `\`${at.map(String).join('.')}\` has no use with \`external: true\`: ecar-pool does not run that service`;
    found.key('external-monitoring', at, message, 'remove it');
  }
}
