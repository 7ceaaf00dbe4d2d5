import { reloadCommand } from '../../plan/commands.ts';
import type { Database } from '../../stack/stack.ts';
import type { ConsoleRow } from '../console-table.ts';
import { CONSOLE } from '../logins.ts';
import { fail, ok, skip } from '../row.ts';
import { type Check, consoleTable, whyNoTable } from '../scene.ts';
import { isSameSetting } from '../setting-value.ts';

const ID = 'databases';
const TITLE = 'SHOW DATABASES';

/** Keys of a `[databases]` entry and the columns that show them; 1.24 renamed one of the columns. */
const COLUMNS: readonly (readonly [key: string, columns: readonly string[]])[] = [
  ['host', ['host']],
  ['port', ['port']],
  ['dbname', ['database']],
  ['pool_size', ['pool_size']],
  ['min_pool_size', ['min_pool_size']],
  ['reserve_pool_size', ['reserve_pool_size', 'reserve_pool']],
  ['reserve_pool', ['reserve_pool_size', 'reserve_pool']],
  ['pool_mode', ['pool_mode']],
  ['max_db_connections', ['max_connections']],
  ['max_db_client_connections', ['max_client_connections']],
  ['server_lifetime', ['server_lifetime']],
  ['user', ['force_user']],
  ['load_balance_hosts', ['load_balance_hosts']],
];

/** Whether every entry of the settings is there and leads where it should, and none that the settings have dropped. */
export const checkDatabases: Check = (scene) => {
  const table = consoleTable(scene, 'databases');
  if (table === undefined) return [skip(ID, TITLE, whyNoTable(scene, 'databases'))];
  const entries = scene.subject.stack.databases;
  const differences = entries.flatMap((entry) => {
    // The entry for every other name is listed only under the names that were used.
    if (entry.name === '*') return [];
    const row = table.find((candidate) => candidate['name'] === entry.name);
    return row ? compareEntry(entry, row) : [`${entry.name} is missing`];
  });
  // PgBouncer makes entries by itself where there is one for every other name.
  const names = new Set([CONSOLE, ...entries.map(({ name }) => name)]);
  const others = names.has('*') ? [] : table.filter(({ name }) => name != null && !names.has(name));
  differences.push(...others.map(({ name }) => `${name} is still there`));
  if (differences.length === 0)
    return [ok(ID, TITLE, `${entries.map(({ name }) => name).join(', ')} as rendered`)];
  return [
    fail(ID, TITLE, {
      observed: differences.join('; '),
      cause: 'PgBouncer has not reloaded since the entry changed, or could not',
      hint: `run ${reloadCommand(scene.subject.project)}`,
    }),
  ];
};

/** Where the running entry differs from the rendered one, of what its row in SHOW DATABASES tells. */
export function compareEntry(entry: Database, row: ConsoleRow): string[] {
  const expected = new Map([
    ['host', entry.host],
    ['port', String(entry.port)],
    ['dbname', entry.dbname],
    ...entry.settings,
  ]);
  return COLUMNS.flatMap(([key, columns]) => {
    const rendered = expected.get(key);
    const column = columns.find((name) => name in row);
    if (rendered === undefined || column === undefined) return [];
    // Only of several hosts does it tell how one is chosen.
    if (key === 'load_balance_hosts' && !entry.host.includes(',')) return [];
    const running = row[column] ?? null;
    if (isSameSetting(rendered, running)) return [];
    return [`${entry.name}: ${key} is ${running ?? 'empty'}, rendered ${rendered}`];
  });
}
