import { fail, ok, skip } from '../row.ts';
import { type Check, consoleTable, type Scene, whyNoTable } from '../scene.ts';

const ID = 'active';
const TITLE = 'pools are active';

/** Whether nobody has left PgBouncer paused or an entry disabled: both survive a reload. */
export const checkStandstill: Check = (scene) => {
  if (consoleTable(scene, 'databases') === undefined)
    return [skip(ID, TITLE, whyNoTable(scene, 'databases'))];
  const paused = isPaused(scene) ? ['PgBouncer is paused'] : [];
  const entries = consoleTable(scene, 'databases') ?? [];
  const names = (column: string) =>
    entries.filter((row) => row[column] === '1').map((row) => row['name'] ?? '');
  const observed = [
    ...paused,
    ...names('paused').map((name) => `${name} is paused`),
    ...names('disabled').map((name) => `${name} is disabled`),
  ];
  if (observed.length === 0) return [ok(ID, TITLE, 'nothing is paused or disabled')];
  return [
    fail(ID, TITLE, {
      observed: observed.join(', '),
      cause: 'Someone ran PAUSE or DISABLE in the admin console; clients of a paused pool wait',
      hint: 'run RESUME or ENABLE in the admin console',
    }),
  ];
};

/** Whether the whole of PgBouncer, or this one entry, is paused. SHOW STATE exists since 1.19. */
export function isPaused(scene: Scene, database?: string): boolean {
  const state = consoleTable(scene, 'state')?.find((row) => row['key'] === 'paused')?.['value'];
  if (state === 'yes') return true;
  const entries = consoleTable(scene, 'databases') ?? [];
  return entries.some((row) => row['name'] === database && row['paused'] === '1');
}
