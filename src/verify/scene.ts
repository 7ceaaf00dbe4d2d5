import type { ConsoleRow } from './console-table.ts';
import { type Evidence, seen } from './evidence.ts';
import type { Row } from './row.ts';
import type { Subject } from './subject.ts';

/** What a check is given: what should be, what was seen, and the means to show others' words. */
export interface Scene {
  readonly subject: Subject;
  readonly evidence: Evidence;
  readonly redact: (text: string) => string;
}

/** One check: pure, from the scene to its rows. */
export type Check = (scene: Scene) => readonly Row[];

/** A table that the console showed; undefined where it could not be read. */
export function consoleTable({ evidence }: Scene, name: string): readonly ConsoleRow[] | undefined {
  return seen(evidence.probe)?.tables.get(name);
}

/** Why a table of the console is missing, to read on from `because`. */
export function whyNoTable(scene: Scene, name: string): string {
  return consoleTable(scene, 'version') === undefined
    ? 'the admin console did not answer'
    : `the admin console did not answer SHOW ${name.toUpperCase()}`;
}
