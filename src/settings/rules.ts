import type { Findings } from './finding.ts';
import { checkApp } from './rules/app.ts';
import { checkAppTraps } from './rules/app-traps.ts';
import { checkBackup } from './rules/backup.ts';
import { checkBudget } from './rules/budget.ts';
import { checkCompose } from './rules/compose.ts';
import { checkCves } from './rules/cves.ts';
import { checkDatabases } from './rules/databases.ts';
import { checkExposure } from './rules/exposure.ts';
import { checkGrafana } from './rules/grafana.ts';
import { checkHba } from './rules/hba.ts';
import { checkLogins } from './rules/logins.ts';
import { checkLookups } from './rules/lookups.ts';
import { checkPgbadger } from './rules/pgbadger.ts';
import { checkAuthDatabase, checkNeededFiles, checkPgbouncer, checkQuotes } from './rules/pgbouncer.ts';
import { checkPorts } from './rules/ports.ts';
import { checkPostgres } from './rules/postgres.ts';
import { checkPrometheus } from './rules/prometheus.ts';
import { checkResources } from './rules/resources.ts';
import { checkSettingVersions } from './rules/setting-versions.ts';
import { checkSharedSecrets } from './rules/shared-secrets.ts';
import { checkShutOut } from './rules/shut-out.ts';
import { checkTls } from './rules/tls.ts';
import { checkTraps } from './rules/traps.ts';
import { checkPasswords, checkUsers } from './rules/users.ts';
import type { Settings } from './schema.ts';

type Section = keyof Settings;

interface Rule {
  readonly reads: readonly Section[];
  readonly check: (settings: Settings, found: Findings) => void;
}

/** Ties a rule to the sections that it reads; the types hold it to them. */
function rule<S extends Section>(
  reads: readonly S[],
  check: (settings: Pick<Settings, S>, found: Findings) => void,
): Rule {
  return { reads, check };
}

const RULES: readonly Rule[] = [
  rule(['postgres', 'users'], checkPostgres),
  rule(['pgbouncer'], checkPgbouncer),
  rule(['pgbouncer'], checkQuotes),
  rule(['pgbouncer'], checkNeededFiles),
  rule(['pgbouncer', 'postgres', 'databases', 'users'], checkTls),
  rule(['pgbouncer', 'databases'], checkAuthDatabase),
  rule(['pgbouncer', 'databases', 'users'], checkSettingVersions),
  rule(['postgres', 'pgbouncer', 'databases', 'users'], checkDatabases),
  rule(['pgbouncer', 'users'], checkUsers),
  rule(['pgbouncer', 'users', 'databases'], checkPasswords),
  rule(['pgbouncer', 'postgres', 'databases', 'users', 'compose'], checkLogins),
  rule(['pgbouncer', 'databases', 'users'], checkHba),
  rule(['app', 'pgbouncer', 'databases', 'users', 'network', 'compose', 'monitoring'], checkShutOut),
  rule(['app', 'databases', 'users', 'pgbouncer', 'postgres', 'monitoring'], checkApp),
  rule(['compose', 'postgres', 'network', 'app', 'monitoring', 'pgbouncer'], checkCompose),
  rule(['monitoring', 'users', 'pgbouncer'], checkPrometheus),
  rule(['monitoring'], checkGrafana),
  rule(['monitoring', 'postgres', 'pgbouncer'], checkPgbadger),
  rule(['backup', 'postgres'], checkBackup),
  rule(['app', 'monitoring', 'pgbouncer'], checkPorts),
  rule(['app', 'postgres', 'monitoring', 'resources'], checkResources),
  // From here on it is judgement: what fits the model and is rarely meant.
  rule(['pgbouncer', 'databases', 'users', 'postgres'], checkBudget),
  rule(['pgbouncer', 'databases', 'users'], checkLookups),
  rule(['pgbouncer', 'databases', 'users'], checkTraps),
  rule(['app', 'databases', 'pgbouncer'], checkAppTraps),
  rule(['pgbouncer', 'postgres', 'app', 'monitoring'], checkExposure),
  rule(['pgbouncer', 'users'], checkCves),
  rule(['postgres', 'databases', 'users', 'monitoring'], checkSharedSecrets),
];

/**
 * What the model cannot say of one value alone: names, references, and what a version can do.
 * @param settings the sections that fit the model; a rule that reads another one waits until that does too
 */
export function checkRules(settings: Partial<Settings>, found: Findings): void {
  for (const { reads, check } of RULES) {
    if (reads.every((section) => Object.hasOwn(settings, section))) check(settings as Settings, found);
  }
}
