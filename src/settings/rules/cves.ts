import { CVES, type CveCode } from '../../problems/cves.ts';
import { formatPgbouncerVersion, isAtLeast } from '../../stack/pgbouncer-version.ts';
import type { Findings } from '../finding.ts';
import { rolesOf } from '../roles.ts';
import type { Settings } from '../schema.ts';
import { pgbouncerVersionOf } from '../versions.ts';
import { poolSettings } from './pool-settings.ts';

interface Facts {
  readonly settings: ReadonlyMap<string, string>;
  readonly isScram: boolean;
  /** Whether clients log in by SCRAM, too: by a certificate none does. */
  readonly isScramOfClients: boolean;
  readonly hasStatsUser: boolean;
}

const always = () => true;
const scram = ({ isScram }: Facts) => isScram;
const authQuery = ({ settings }: Facts) => settings.has('auth_query') || settings.has('auth_user');

/** Whether settings are open to a hole of their PgBouncer: the mitigations of the table, as code. */
const EXPOSED: Readonly<Record<CveCode, (facts: Facts) => boolean>> = {
  'cve-2026-107350': ({ isScramOfClients }) => isScramOfClients,
  'cve-2026-107349': ({ settings }) => {
    const ignored = (settings.get('ignore_startup_parameters') ?? '').split(',').map((name) => name.trim());
    return ignored.some((name) => name !== '') && !ignored.includes('options');
  },
  // The model has no max_packet_size that large.
  'cve-2026-107348': () => false,
  'cve-2026-19888': scram,
  'cve-2026-6668': always,
  // The login to the server is SCRAM wherever the roles are.
  'cve-2026-6669': scram,
  'cve-2026-6664': scram,
  'cve-2026-6665': scram,
  'cve-2026-6666': always,
  'cve-2026-6667': ({ hasStatsUser }) => hasStatsUser,
  'cve-2025-12819': authQuery,
  'cve-2025-2291': authQuery,
};

/** The published holes that the image's PgBouncer has and the settings leave open. */
export function checkCves(sections: Pick<Settings, 'pgbouncer' | 'users'>, found: Findings): void {
  const version = pgbouncerVersionOf(sections);
  if (version === undefined) return;
  const facts: Facts = {
    settings: poolSettings(sections),
    // The rules of hba are a file of its own, and say scram-sha-256 more often than not.
    isScram: sections.pgbouncer.auth_type !== 'md5',
    isScramOfClients: !['md5', 'cert'].includes(sections.pgbouncer.auth_type),
    hasStatsUser: Object.values(sections.users).some((user) => rolesOf(user).includes('stats')),
  };
  for (const [code, isExposed] of Object.entries(EXPOSED) as [CveCode, (facts: Facts) => boolean][]) {
    const { since, fixedIn, title } = CVES[code];
    if (!isAtLeast(version, since) || isAtLeast(version, fixedIn) || !isExposed(facts)) continue;
    const message = `PgBouncer ${formatPgbouncerVersion(version)} has ${code.toUpperCase()}: ${title}`;
    const hint = `use an image with ${fixedIn} or newer; \`ecar-pool explain ${code}\` tells what else helps`;
    found.doubt(code, ['pgbouncer', 'image'], message, hint);
  }
}
