import { formatPgbouncerVersion, parsePgbouncerVersion } from '../../stack/pgbouncer-version.ts';
import { fail, ok, skip } from '../row.ts';
import { type Check, consoleTable, whyNoTable } from '../scene.ts';

const ID = 'version';
const TITLE = 'PgBouncer version';

/** Whether SHOW VERSION tells the version that the settings were checked against, as far as that is known. */
export const checkVersion: Check = (scene) => {
  const text = consoleTable(scene, 'version')?.[0]?.['version'];
  if (text === undefined || text === null) return [skip(ID, TITLE, whyNoTable(scene, 'version'))];
  const expected = scene.subject.stack.pgbouncer.version;
  const running = parsePgbouncerVersion(text);
  if (
    running?.major === expected.major &&
    running.minor === expected.minor &&
    (expected.patch === undefined || running.patch === expected.patch)
  ) {
    return [ok(ID, TITLE, text)];
  }
  return [
    fail(ID, TITLE, {
      observed: text,
      expected: formatPgbouncerVersion(expected),
      cause: 'The image holds another PgBouncer than the settings say; which settings exist depends on it',
      hint: running
        ? `set pgbouncer.version: '${formatPgbouncerVersion(running)}' in the settings`
        : 'set pgbouncer.version in the settings',
    }),
  ];
};
