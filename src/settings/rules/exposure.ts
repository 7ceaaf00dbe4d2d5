import type { HbaRule } from '../../formats/hba.ts';
import { readHba } from '../../formats/read-hba.ts';
import { isFloatingImage } from '../../stack/image.ts';
import type { Findings } from '../finding.ts';
import { toRule } from '../hba-schema.ts';
import type { Settings } from '../schema.ts';
import type { Path } from '../tree.ts';
import { postgresMajorOf } from '../versions.ts';
import { listReached } from './hba.ts';

/** What is open to others than those who were meant: ports, hashes, images that others may replace. */
export function checkExposure(
  settings: Pick<Settings, 'pgbouncer' | 'postgres' | 'app' | 'monitoring'>,
  found: Findings,
): void {
  const { pgbouncer } = settings;
  const given: Readonly<Record<string, unknown>> = pgbouncer;
  // `allow` and `prefer` let in who asks for no TLS.
  const hasTls = /^(?:require|verify-ca|verify-full)$/.test(String(given['client_tls_sslmode']));
  if (!isLoopback(pgbouncer.bind) && !hasTls)
    found.doubt(
      'open-port',
      ['pgbouncer', 'bind'],
      `port ${pgbouncer.port} is open to the network of ${pgbouncer.bind}, where passwords, queries and rows travel in plain text`,
      'remove the line: 127.0.0.1 is the default; services of the stack need no published port',
    );
  if (pgbouncer.auth_type === 'trust' || pgbouncer.auth_type === 'any')
    checkNoPasswords(pgbouncer.auth_type, pgbouncer, found);
  if (pgbouncer.auth_type === 'hba') {
    const rules = (pgbouncer.hba ?? []).map(toRule);
    for (const rule of listReached(rules, pgbouncer))
      checkTrust(rule, ['pgbouncer', 'hba', rules.indexOf(rule), 'method'], pgbouncer, found);
  }
  for (const [path, bind, what] of watchers(settings.monitoring))
    if (!isLoopback(bind))
      found.doubt(
        'open-port',
        path,
        `${what} is open to the network of ${bind} without TLS`,
        'remove the line: 127.0.0.1 is the default; reach it through a proxy that speaks TLS',
      );
  const major = postgresMajorOf(settings) ?? 0;
  if (pgbouncer.auth_type === 'md5' && major >= 18)
    found.note(
      'md5-deprecated',
      ['pgbouncer', 'auth_type'],
      `Postgres ${major} deprecates md5 passwords`,
      'set `auth_type: scram-sha-256`',
    );
  // Without a tag it has a finding of its own.
  for (const [path, image] of images(settings))
    if (!image.includes('@sha256:') && !isFloatingImage(image))
      found.note(
        'image-digest',
        path,
        `${image} is named by its tag alone, which its publisher may move`,
        `add its digest: docker buildx imagetools inspect ${image}`,
      );
}

function checkNoPasswords(
  authType: 'trust' | 'any',
  { port, bind }: Settings['pgbouncer'],
  found: Findings,
): void {
  const who = authType === 'trust' ? 'is any user of the pool' : 'is the user of the entry';
  const at = ['pgbouncer', 'auth_type'];
  if (isLoopback(bind))
    found.doubt(
      'no-passwords',
      at,
      `whoever reaches port ${port} ${who}, without a password`,
      'set `auth_type: scram-sha-256`',
    );
  else
    found.forbid(
      'open-pool',
      at,
      `the whole network of ${bind} ${who}, without a password`,
      'set `auth_type: scram-sha-256`, or remove `bind`: 127.0.0.1 is the default',
    );
}

/** The same of a file of rules, as far as its lines are understood. */
export function checkTrustOfFile(text: string, pgbouncer: Settings['pgbouncer'], found: Findings): void {
  if (pgbouncer.auth_type !== 'hba') return;
  for (const rule of listReached(
    readHba(text).filter((each) => each !== undefined),
    pgbouncer,
  ))
    checkTrust(rule, ['pgbouncer', 'auth_hba_file'], pgbouncer, found);
}

/** Who comes through the published port comes from an address beyond the container's own. */
function checkTrust(
  { method, user, address }: HbaRule,
  at: Path,
  { port, bind }: Settings['pgbouncer'],
  found: Findings,
): void {
  if (method !== 'trust' || isLoopback(address)) return;
  const who = user.includes('all')
    ? 'any user of the pool'
    : user.map((name) => JSON.stringify(name)).join(' or ');
  const isForAll = address === 'all' || address.endsWith('/0');
  if (isForAll && !isLoopback(bind))
    found.forbid(
      'open-pool',
      at,
      `the whole network of ${bind} is ${who} by this rule, without a password`,
      'write `method: scram-sha-256`, or remove `bind`: 127.0.0.1 is the default',
    );
  else
    found.doubt(
      'no-passwords',
      at,
      `whoever reaches port ${port} from ${isForAll ? 'anywhere' : address} is ${who} by this rule, without a password`,
      'write scram-sha-256 in place of trust',
    );
}

function isLoopback(address: string): boolean {
  return /^(?:127\.|::1$|0*:0*:0*:0*:0*:0*:0*:0*1$)/.test(address);
}

/** Where what watches the pool is published; the exporter is on 127.0.0.1 only. */
function watchers({ prometheus, grafana }: Settings['monitoring']): [Path, string, string][] {
  const found: [Path, string, string][] = [];
  if (prometheus?.external === false)
    found.push([['monitoring', 'prometheus', 'bind'], prometheus.bind, 'Prometheus']);
  if (grafana?.external === false) found.push([['monitoring', 'grafana', 'bind'], grafana.bind, 'Grafana']);
  return found;
}

/** Every image of the stack that somebody else publishes. */
function images({
  pgbouncer,
  postgres,
  app,
  monitoring,
}: Pick<Settings, 'pgbouncer' | 'postgres' | 'app' | 'monitoring'>): [Path, string][] {
  const { prometheus, grafana, pgbadger } = monitoring;
  const candidates: [Path, string | undefined][] = [
    [['pgbouncer', 'image'], pgbouncer.image],
    [['postgres', 'image'], postgres.image],
    [['app', 'image'], app?.image],
    [['monitoring', 'prometheus', 'image'], prometheus?.external === false ? prometheus.image : undefined],
    [['monitoring', 'prometheus', 'exporter', 'image'], prometheus?.exporter.image],
    [['monitoring', 'grafana', 'image'], grafana?.external === false ? grafana.image : undefined],
    [['monitoring', 'pgbadger', 'image'], pgbadger?.image],
  ];
  return candidates.filter((candidate): candidate is [Path, string] => candidate[1] !== undefined);
}
