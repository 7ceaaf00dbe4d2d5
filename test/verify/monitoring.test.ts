import { describe, expect, it } from 'vitest';
import { hashText } from '../../src/plan/plan-files.ts';
import { checkCurrentContainers } from '../../src/verify/checks/current-containers.ts';
import { checkExporter } from '../../src/verify/checks/exporter.ts';
import { checkPrometheusFiles } from '../../src/verify/checks/prometheus-files.ts';
import { checkPrometheusRules } from '../../src/verify/checks/prometheus-rules.ts';
import { checkPrometheusTargets } from '../../src/verify/checks/prometheus-targets.ts';
import { NO_AFTERMATH } from '../../src/verify/evidence.ts';
import { judge } from '../../src/verify/judge.ts';
import type { MonitoringEvidence } from '../../src/verify/monitoring-evidence.ts';
import { parsePrometheusAnswer } from '../../src/verify/prometheus-answer.ts';
import type { Check } from '../../src/verify/scene.ts';
import { container, type Difference, rowOf, STACK, scene } from './support.ts';

const COMPOSE = 'docker compose -f stack/prod/docker-compose.yml';
const UP = { address: 'pgbouncer-exporter:9127', health: 'up', lastError: '' };
const LOADED = [{ name: 'PgBouncerDown', type: 'alerting', health: 'ok', lastError: '' }];
const RULES = 'groups:\n  - rules:\n      - alert: PgBouncerDown\n      - record: "a:b"\n';
const TAKEN = {
  reload: { isGood: true, takenAt: 1000.5 },
  files: new Map([['rules/pgbouncer.yml', { sha256: hashText(RULES), changedAt: 1000 }]]),
};
const ANSWER = { targets: [UP], rules: LOADED, ...TAKEN };
const WELL: MonitoringEvidence = {
  metrics: { value: 'pgbouncer_up 1\npgbouncer_databases{a="b"} 2\n', ms: 9 },
  prometheus: { value: ANSWER, ms: 9 },
};
const prometheusOf = (answer: object) =>
  ({ prometheus: { value: { ...ANSWER, ...answer }, ms: 9 } }) as const;

const rulesFile = (text: string) => {
  const path = 'monitoring/prometheus/rules/pgbouncer.yml';
  const after = { path, mode: 0o644, text };
  return {
    changes: [{ kind: 'unchanged', path, foreign: false, cause: '', before: text, after }],
  } as const;
};
const server = { image: 'p:3', bind: '127.0.0.1', port: 9090, retention: '15d', alertmanagers: [] };
const prometheus = { exporter: { image: 'e:1', published: undefined }, server };
const stack = { ...STACK, monitoring: { ...STACK.monitoring, prometheus } };
const containers = [
  container('postgres'),
  container('pgbouncer'),
  container('pgbouncer-exporter', { image: 'e:1' }),
  container('prometheus', { image: 'p:3' }),
];

const configHashes = new Map(containers.map(({ service }) => [service, `hash of ${service}`]));

/** The scene of a stack that is watched, where all is well but for the difference. */
function watched(monitoring: Partial<MonitoringEvidence>, difference: Difference = {}): Difference {
  return {
    containers,
    ...difference,
    subject: { stack, configHashes, ...difference.subject },
    evidence: { ...difference.evidence, monitoring: { ...WELL, ...monitoring } },
  };
}

describe('a stack that is watched', () => {
  it('must pass every check, those of what watches last', () => {
    const rows = judge(scene(watched({})));
    expect(rows.filter(({ status }) => status !== 'ok')).toEqual([]);
    // What was seen goes into no report.
    expect(new Set(rows.flatMap((row) => Object.keys(row)))).toEqual(
      new Set(['id', 'title', 'status', 'observed', 'ms']),
    );
    expect(rows.map(({ id }) => id).slice(-4)).toEqual([
      'exporter',
      'prometheus-targets',
      'prometheus-files',
      'prometheus-rules',
    ]);
    expect(rows.map(({ id }) => id)).toContain('container:ecar_prometheus');
  });

  it('must not be asked about a Prometheus that someone else runs', () => {
    const ids = judge(scene(watched({ prometheus: undefined }))).map(({ id }) => id);
    expect(ids).toContain('exporter');
    expect(ids.filter((id) => id.startsWith('prometheus'))).toEqual([]);
  });

  it('must be all that adds checks', () => {
    expect(judge(scene()).filter(({ id }) => /exporter|prometheus/.test(id))).toEqual([]);
  });
});

it('must tell of a container of what watches that runs another image', () => {
  const images = containers.map((each) => ({ ...each, image: each.image === 'p:3' ? 'p:2' : each.image }));
  expect(rowOf(checkCurrentContainers, watched({}, { containers: images }))).toMatchObject({
    status: 'fail',
    observed: 'prometheus runs the image p:2, not p:3',
  });
});

type Case = readonly [what: string, check: Check, difference: Difference, row: object];

const down = (service: string) => ({
  containers: containers.filter((each) => each.service !== service),
});
const unread = (said: string) => {
  const exporterLog = `x msg="Listening"\ny level=WARN msg="error setting up DB connection" err="error pinging pgbouncer: ${said}"\n`;
  const metrics = { value: 'pgbouncer_up 0\n', ms: 9 };
  return watched({ metrics }, { evidence: { aftermath: { ...NO_AFTERMATH, exporterLog } } });
};

it.each<Case>([
  [
    'an exporter that PgBouncer refuses',
    checkExporter,
    unread('pq: password authentication failed'),
    {
      status: 'fail',
      observed: 'cannot read the console: error pinging pgbouncer: pq: password authentication failed',
      cause:
        'PgBouncer refuses the stats user as the exporter knows it: each may have read its file before the last render',
      hint: `make both read anew: ${COMPOSE} kill -s HUP pgbouncer; ${COMPOSE} restart pgbouncer-exporter`,
    },
  ],
  [
    'an exporter that does not know yet that TLS is asked for',
    checkExporter,
    unread('pq: SSL required'),
    {
      status: 'fail',
      hint: `make both read anew: ${COMPOSE} kill -s HUP pgbouncer; ${COMPOSE} restart pgbouncer-exporter`,
    },
  ],
  [
    'one that speaks of a parameter that PgBouncer does not take',
    checkExporter,
    unread('pq: unsupported startup parameter: extra_float_digits'),
    { status: 'fail', hint: `apply the rendered one: ${COMPOSE} kill -s HUP pgbouncer` },
  ],
  [
    'one that looks at another port',
    checkExporter,
    unread('dial tcp 172.19.0.5:6432: connect: connection refused'),
    { status: 'fail', transient: true, hint: `${COMPOSE} restart pgbouncer-exporter` },
  ],
  [
    'one whose log quotes a secret',
    checkExporter,
    unread('odd words: apple'),
    {
      observed: 'cannot read the console: error pinging pgbouncer: odd words: [redacted]',
      hint: `see ${COMPOSE} logs --tail 50 pgbouncer-exporter`,
    },
  ],
  [
    'one that does not answer',
    checkExporter,
    watched({ metrics: { failure: 'wget: server returned error', ms: 9 } }),
    { status: 'fail', observed: 'wget: server returned error' },
  ],
  ['one that is down', checkExporter, watched({}, down('pgbouncer-exporter')), { status: 'skip' }],
  [
    'one of a PgBouncer that is down',
    checkExporter,
    watched({ metrics: { value: 'pgbouncer_up 0\n', ms: 9 } }, down('pgbouncer')),
    { status: 'skip', observed: 'because the pgbouncer container is not up' },
  ],
  [
    'a Prometheus that cannot reach it',
    checkPrometheusTargets,
    watched(prometheusOf({ targets: [{ ...UP, health: 'down', lastError: 'no such host' }] })),
    { status: 'fail', observed: 'pgbouncer-exporter:9127 is down: no such host', transient: true },
  ],
  [
    'one that has not looked yet',
    checkPrometheusTargets,
    watched(prometheusOf({ targets: [{ ...UP, health: 'unknown' }] })),
    { status: 'fail', observed: 'pgbouncer-exporter:9127 is unknown', transient: true },
  ],
  [
    'one that looks at nothing',
    checkPrometheusTargets,
    watched(prometheusOf({ targets: [] })),
    { status: 'fail', hint: `make it read anew: ${COMPOSE} kill -s HUP prometheus` },
  ],
  [
    'one that does not answer',
    checkPrometheusTargets,
    watched({ prometheus: { failure: 'no answer within 8 s', ms: 9 } }),
    { status: 'fail', observed: 'no answer within 8 s' },
  ],
  ['one that is down', checkPrometheusTargets, watched({}, down('prometheus')), { status: 'skip' }],
  [
    'rules that it has not loaded',
    checkPrometheusRules,
    watched({}, { subject: rulesFile(RULES) }),
    {
      status: 'fail',
      observed: 'a:b not loaded',
      hint: `make it read anew: ${COMPOSE} kill -s HUP prometheus`,
    },
  ],
  [
    'rules that it has loaded but not yet evaluated',
    checkPrometheusRules,
    watched(
      prometheusOf({
        rules: [...LOADED, { name: 'a:b', type: 'recording', health: 'unknown', lastError: '' }],
      }),
      {
        subject: rulesFile(RULES),
      },
    ),
    { status: 'ok', observed: '1 alerts and 1 recorded series loaded' },
  ],
  [
    'a rule that it cannot evaluate',
    checkPrometheusRules,
    watched(
      prometheusOf({
        rules: [{ name: 'PgBouncerDown', type: 'alerting', health: 'err', lastError: 'many-to-many' }],
      }),
    ),
    { status: 'fail', observed: 'PgBouncerDown: many-to-many' },
  ],
  [
    'rules of one that does not answer',
    checkPrometheusRules,
    watched({ prometheus: { failure: 'no answer', ms: 9 } }),
    { status: 'skip' },
  ],
  [
    'files that it has read',
    checkPrometheusFiles,
    watched({}, { subject: rulesFile(RULES) }),
    { status: 'ok', observed: '1 read as they lie on the disk' },
  ],
  [
    'files that changed since it read them',
    checkPrometheusFiles,
    watched(prometheusOf({ reload: { isGood: true, takenAt: 999.9 } }), { subject: rulesFile(RULES) }),
    {
      status: 'fail',
      observed: 'rules/pgbouncer.yml changed since it read them',
      hint: `make it read anew: ${COMPOSE} kill -s HUP prometheus`,
    },
  ],
  [
    'files that it could not take',
    checkPrometheusFiles,
    watched(prometheusOf({ reload: { isGood: false, takenAt: 1000.5 } }), { subject: rulesFile(RULES) }),
    { status: 'fail', observed: 'it could not take its files when it read them last' },
  ],
  [
    'files of a folder that was rendered anew',
    checkPrometheusFiles,
    watched(prometheusOf({ files: new Map() }), { subject: rulesFile(RULES) }),
    { status: 'fail', hint: `run ${COMPOSE} up -d --wait --force-recreate prometheus` },
  ],
  [
    'files of one that does not answer',
    checkPrometheusFiles,
    watched({ prometheus: { failure: 'no answer', ms: 9 } }),
    { status: 'skip' },
  ],
])('must judge %s', (_, check, difference, row) => {
  expect(rowOf(check, difference)).toMatchObject(row);
});

it("must read Prometheus's own words", () => {
  const target = { labels: { instance: 'e:9127' }, health: 'up', lastError: '', scrapeUrl: 'x' };
  const rule = { name: 'PgBouncerDown', type: 'alerting', health: 'ok', state: 'inactive' };
  const lines = [
    'prometheus_config_last_reload_success_timestamp_seconds 1.7639123451234e+09',
    'prometheus_config_last_reload_successful 1',
    '1763912300  ./rules/my own.yml',
    `${'0a'.repeat(32)}  ./rules/my own.yml`,
  ];
  const said = [{ data: { activeTargets: [target] } }, { data: { groups: [{ rules: [rule] }] } }];
  const text = [...said.map((part) => JSON.stringify(part)), ...lines].join('\n');
  expect(parsePrometheusAnswer(text)).toEqual({
    targets: [{ address: 'e:9127', health: 'up', lastError: '' }],
    rules: [{ name: 'PgBouncerDown', type: 'alerting', health: 'ok', lastError: '' }],
    reload: { isGood: true, takenAt: 1763912345.1234 },
    files: new Map([['rules/my own.yml', { sha256: '0a'.repeat(32), changedAt: 1763912300 }]]),
  });
  expect(() => parsePrometheusAnswer('')).toThrow(SyntaxError);
});
