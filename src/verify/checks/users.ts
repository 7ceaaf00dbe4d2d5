import { reloadCommand } from '../../plan/commands.ts';
import { fail, ok, skip } from '../row.ts';
import { type Check, consoleTable, whyNoTable } from '../scene.ts';
import { isSameSetting } from '../setting-value.ts';

const ID = 'users';
const TITLE = 'SHOW USERS';

/** What an entry of [users] may say and SHOW USERS tells: 1.18 only the first one, 1.24 all. */
const COLUMNS = [
  'pool_mode',
  'pool_size',
  'reserve_pool_size',
  'max_user_connections',
  'max_user_client_connections',
];

/**
 * Whether PgBouncer knows each user of userlist.txt, with what [users] says of it: of users whose password nobody
 * knows, no login would tell. One that was dropped stays in the table until a restart (seen with 1.18 to 1.26).
 */
export const checkUsers: Check = (scene) => {
  const table = consoleTable(scene, 'users');
  if (table === undefined) return [skip(ID, TITLE, whyNoTable(scene, 'users'))];
  const { users, pgbouncer } = scene.subject.stack;
  if (pgbouncer.auth_type === 'any')
    return [skip(ID, TITLE, 'under auth_type any PgBouncer does not read userlist.txt')];
  const listed = users.filter(({ password, secret }) => password !== undefined || secret !== undefined);
  const differences = listed.flatMap(({ name, settings }) => {
    const row = table.find((candidate) => candidate['name'] === name);
    if (row === undefined) return [`${name} is missing`];
    return COLUMNS.flatMap((key) => {
      const rendered = settings.get(key);
      // Sizes are padded with blanks.
      const shown = row[key]?.trim() ?? null;
      if (rendered === undefined || !(key in row) || isSameSetting(rendered, shown)) return [];
      return [`${name}: ${key} is ${shown ?? 'empty'}, rendered ${rendered}`];
    });
  });
  if (differences.length === 0) return [ok(ID, TITLE, describe(listed.length))];
  return [
    fail(ID, TITLE, {
      observed: differences.join('; '),
      cause: 'PgBouncer has not reloaded since its users changed, or could not',
      hint: `run ${reloadCommand(scene.subject.project)}`,
    }),
  ];
};

function describe(count: number): string {
  return count === 1 ? 'the one user of userlist.txt is known' : `${count} users of userlist.txt are known`;
}
