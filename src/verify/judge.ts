import { composeFileOf } from '../stack/compose-project.ts';
import { checkClientTls } from './checks/client-tls.ts';
import { checkConfig } from './checks/config.ts';
import { checkConsole } from './checks/console.ts';
import { checkContainers } from './checks/containers.ts';
import { checkCurrentContainers } from './checks/current-containers.ts';
import { checkDatabases } from './checks/databases.ts';
import { checkDocker } from './checks/docker.ts';
import { checkExporter } from './checks/exporter.ts';
import { checkFiles } from './checks/files.ts';
import { checkLogFile } from './checks/log-file.ts';
import { checkLogins } from './checks/logins.ts';
import { checkLookups } from './checks/lookups.ts';
import { checkMountedFiles } from './checks/mounted-files.ts';
import { checkOthersDatabase } from './checks/others-database.ts';
import { checkPools } from './checks/pools.ts';
import { checkPort } from './checks/port.ts';
import { checkPrometheusFiles } from './checks/prometheus-files.ts';
import { checkPrometheusRules } from './checks/prometheus-rules.ts';
import { checkPrometheusTargets } from './checks/prometheus-targets.ts';
import { checkRolledBack } from './checks/rolled-back.ts';
import { checkRuleFiles } from './checks/rule-files.ts';
import { checkShell } from './checks/shell.ts';
import { checkShutOut } from './checks/shut-out.ts';
import { checkStandstill } from './checks/standstill.ts';
import { checkUsers } from './checks/users.ts';
import { checkVersion } from './checks/version.ts';
import { checkWrongPassword } from './checks/wrong-password.ts';
import { type Row, skip } from './row.ts';
import type { Check, Scene } from './scene.ts';
import { listCore } from './subject.ts';

/** What there is to check whether or not anything runs. */
const GROUND_CHECKS: readonly Check[] = [checkDocker, checkRolledBack, checkFiles, checkShell];

/** From the ground up: what fails first is usually why the rest does. */
const STACK_CHECKS: readonly Check[] = [
  checkContainers,
  checkCurrentContainers,
  checkPort,
  checkMountedFiles,
  checkConsole,
  checkVersion,
  checkConfig,
  checkDatabases,
  checkUsers,
  checkStandstill,
  checkPools,
  checkLogins,
  checkLookups,
  checkWrongPassword,
  checkShutOut,
  checkRuleFiles,
  checkClientTls,
  checkOthersDatabase,
  checkLogFile,
  checkExporter,
  checkPrometheusTargets,
  checkPrometheusFiles,
  checkPrometheusRules,
];

/** The verdict on all that was seen, in a fixed order. */
export function judge(scene: Scene): Row[] {
  const ground = GROUND_CHECKS.flatMap((check) => check(scene));
  if (scene.subject.isRendered) return [...ground, ...STACK_CHECKS.flatMap((check) => check(scene))];
  return [
    ...ground,
    skip('stack', 'running stack', `there is no ${composeFileOf(scene.subject.stack)} to ask docker about`),
  ];
}

/** The verdict on the logins and what they need, whatever else of the stack is not up yet. */
export function judgeLogins(scene: Scene): Row[] {
  if (!scene.subject.isRendered) return judge(scene);
  const titles = listCore(scene.subject.stack).map((service) => `container ${service}`);
  const isCore = ({ id, title }: Row) => !id.startsWith('container:') || titles.includes(title);
  return [checkDocker, checkContainers, checkLogins].flatMap((check) => check(scene).filter(isCore));
}
