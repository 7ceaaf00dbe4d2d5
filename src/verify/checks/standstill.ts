import { consoleCommand, onEntry } from '../console-command.ts';
import { renewCommand } from '../explain.ts';
import { fail, ok, skip } from '../row.ts';
import { type Check, consoleTable, type Scene, whyNoTable } from '../scene.ts';

const ID = 'active';
const TITLE = 'pools are active';

/** Whether nobody has left PgBouncer paused or an entry disabled: both survive a reload. */
export const checkStandstill: Check = (scene) => {
  if (consoleTable(scene, 'databases') === undefined)
    return [skip(ID, TITLE, whyNoTable(scene, 'databases'))];
  const isAllPaused = isPaused(scene);
  const entries = consoleTable(scene, 'databases') ?? [];
  const names = (column: string) =>
    entries.filter((row) => row[column] === '1').map((row) => row['name'] ?? '');
  // RESUME of all leaves those paused that were paused by name.
  const paused = names('paused');
  const disabled = names('disabled');
  const observed = [
    ...(isAllPaused ? ['PgBouncer is paused'] : []),
    ...paused.map((name) => `${name} is paused`),
    ...disabled.map((name) => `${name} is disabled`),
  ];
  if (observed.length === 0) return [ok(ID, TITLE, 'nothing is paused or disabled')];
  const statements = [
    ...(isAllPaused ? ['RESUME'] : []),
    ...paused.map((name) => onEntry('RESUME', name)),
    ...disabled.map((name) => onEntry('ENABLE', name)),
  ];
  return [
    fail(ID, TITLE, {
      observed: observed.join(', '),
      cause: 'Someone ran PAUSE or DISABLE in the admin console; clients of a paused pool wait',
      hint: adviseConsole(scene, statements),
    }),
  ];
};

/** How to run these statements; without an admin, only a restart undoes what somebody else's admin did. */
function adviseConsole(scene: Scene, statements: readonly string[]): string {
  const command = consoleCommand(scene.subject, statements);
  return command === undefined
    ? `run ${renewCommand(scene)}: the settings have no admin who may run ${statements.join(', ')}`
    : `run ${command}; psql asks for the password of the admin`;
}

/** What to do about a paused pool of one entry. */
export function adviseResume(scene: Scene, database: string): string {
  return adviseConsole(scene, [isPaused(scene) ? 'RESUME' : onEntry('RESUME', database)]);
}

/** Whether the whole of PgBouncer, or this one entry, is paused. SHOW STATE exists since 1.19. */
export function isPaused(scene: Scene, database?: string): boolean {
  const state = consoleTable(scene, 'state')?.find((row) => row['key'] === 'paused')?.['value'];
  if (state === 'yes') return true;
  const entries = consoleTable(scene, 'databases') ?? [];
  return entries.some((row) => row['name'] === database && row['paused'] === '1');
}
