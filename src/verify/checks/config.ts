import { reloadCommand } from '../../plan/commands.ts';
import { renewCommand } from '../explain.ts';
import { fail, ok, skip } from '../row.ts';
import { type Check, consoleTable, whyNoTable } from '../scene.ts';
import { isSameSetting } from '../setting-value.ts';

const ID = 'config';
const TITLE = 'SHOW CONFIG';
const SHOWN = 5;

/**
 * Whether the running PgBouncer has every setting that was rendered. Its own word counts: a reload that
 * fails half-way, or of a setting that needs a restart, passes in silence up to 1.24 and 1.26.
 */
export const checkConfig: Check = (scene) => {
  const { settings, project } = scene.subject;
  const table = consoleTable(scene, 'config');
  if (table === undefined) return [skip(ID, TITLE, whyNoTable(scene, 'config'))];
  const shown = new Map(table.map((row) => [row['key'] ?? '', row]));
  const differences: string[] = [];
  let needsRestart = false;
  for (const [key, rendered] of settings) {
    const row = shown.get(key);
    if (row !== undefined && isSameSetting(rendered, row['value'] ?? null)) continue;
    const isChangeable = row?.['changeable'] !== 'no';
    if (!isChangeable) needsRestart = true;
    const running = row === undefined ? 'unknown to it' : (row['value'] ?? '') || 'empty';
    differences.push(
      `${key} is ${running}, rendered ${rendered || 'empty'}${isChangeable ? '' : ' (restart)'}`,
    );
  }
  if (differences.length === 0) return [ok(ID, TITLE, `${settings.size} settings as rendered`)];
  const more = differences.length > SHOWN ? `; and ${differences.length - SHOWN} more` : '';
  const command = needsRestart ? renewCommand(scene) : reloadCommand(project);
  return [
    fail(ID, TITLE, {
      observed: differences.slice(0, SHOWN).join('; ') + more,
      cause: needsRestart
        ? 'PgBouncer has not been restarted since a setting changed that it only reads at its start'
        : 'PgBouncer has not reloaded since a setting changed, or could not',
      hint: `run ${command}`,
    }),
  ];
};
