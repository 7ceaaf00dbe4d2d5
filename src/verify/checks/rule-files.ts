import { reloadCommand } from '../../plan/commands.ts';
import { type Needs, needReload } from '../../plan/needs.ts';
import { fail, ok, type Row, skip, warn } from '../row.ts';
import type { Check } from '../scene.ts';

const ID = 'rule-files';

/**
 * Whether PgBouncer has read the rules by which it lets people in (auth_hba_file, auth_ident_file) since they changed:
 * no console shows them, and those of before let in whom `verify` tries, too.
 */
export const checkRuleFiles: Check = ({ subject, evidence, redact }) => {
  const { unread, project } = subject;
  const { reread } = evidence;
  if (unread === undefined) return [];
  const title = unread.paths.join(', ');
  if (reread === undefined) return [skip(ID, title, 'PgBouncer does not run')];
  const hint = `run ${reloadCommand(project)}`;
  if ('failure' in reread) {
    const observed = `not known whether PgBouncer has read it since it changed: its log could not be read: ${redact(reread.failure)}`;
    return [
      warn(ID, title, {
        observed,
        hint: `where nobody has done so, ${hint}; a deploy does it anyway, and settles this`,
      }),
    ];
  }
  const { ms } = reread;
  const changed = new Date(unread.since).toISOString().replace(/\.\d+/, '');
  if (reread.value) return [ok(ID, title, `read by PgBouncer since it changed: ${changed}`, { ms })];
  const observed = `PgBouncer's log tells of no reload since it changed: ${changed}`;
  const cause = 'Nobody has had PgBouncer read it, so the rules of before hold';
  return [fail(ID, title, { observed, cause, hint }, { ms })];
};

/** Those files among what a reload is needed for. */
export function listRuleFiles({ reload }: Pick<Needs, 'reload'>): string[] {
  return reload.filter((cause) => /^pgbouncer\/auth_\w+\.conf$/.test(cause));
}

/** The reload that a verdict leaves on record, since it could not be told whether it was made; undefined where none is. */
export function listUnread(needs: Needs, rows: readonly Row[]): Needs | undefined {
  const isUnknown = rows.some(({ id, status }) => id === ID && status === 'warn');
  return isUnknown ? needReload(listRuleFiles(needs)) : undefined;
}
