import { describe, expect, it } from 'vitest';
import { namedMetrics } from '../support/dashboard.ts';
import { starterSecrets } from './support/database.ts';
import { IMAGES } from './support/images.ts';
import { findLeaks, openFilesWith } from './support/leaks.ts';
import { failingChecks, printedCommands, renderAndFollow } from './support/next-steps.ts';
import { Prometheus } from './support/prometheus.ts';
import { quoteDotenv } from './support/quote-dotenv.ts';
import { useProject } from './support/use-project.ts';

// Each character means something in a URL, to a shell or to Compose.
const NASTY = `p:a/s@s?w#o r%d&ü$X\${Y}'"\\+=;`;
const UP = 'docker compose -f stack/prod/docker-compose.yml up -d --wait';
const VERIFY = 'ecar-pool verify --env prod';

describe('a stack whose monitoring is switched on later, with PgBouncer 1.24', () => {
  const useStack = useProject('watched', async (project) => {
    await project.init(IMAGES.pgbouncer124, IMAGES.postgres17, '--auth-type', 'scram-sha-256');
    await renderAndFollow(project);
    const dotenv = await project.read('.env.prod');
    await project.write(
      '.env.prod',
      dotenv.replace(/^PGBOUNCER_STATS_PASSWORD=.*$/m, `PGBOUNCER_STATS_PASSWORD=${quoteDotenv(NASTY)}`),
    );
    await Prometheus.switchOn(project);
    await project.set({ monitoring: { prometheus: { alertmanagers: ['alertmanager:9093'] } } });
  });

  it('must be green by the printed commands alone', async () => {
    const { commands, verified } = await renderAndFollow(useStack());
    expect(commands).toEqual([
      UP,
      'docker compose -f stack/prod/docker-compose.yml kill -s HUP pgbouncer',
      VERIFY,
    ]);
    expect(verified.code, verified.stdout).toBe(0);
    expect(verified.stdout).toMatch(/^ok {4}exporter — reads the console: \d+ metrics$/m);
    expect(verified.stdout).toMatch(/^ok {4}Prometheus targets — up: pgbouncer-exporter:9127$/m);
    expect(verified.stdout).toMatch(/^ok {4}Prometheus rules — 8 alerts and 3 recorded series loaded$/m);
  });

  it('must have Prometheus tell the Alertmanagers that the settings name', async () => {
    const ask = ['wget', '-qO-', 'http://127.0.0.1:9090/api/v1/alertmanagers'];
    const { stdout } = await useStack().docker(['exec', `${useStack().name}_prometheus`, ...ask]);
    expect(JSON.parse(stdout).data.activeAlertmanagers).toEqual([
      { url: 'http://alertmanager:9093/api/v2/alerts' },
    ]);
  });

  it('must show every metric that the rules and the dashboard name', async () => {
    const exporter = `${useStack().name}_pgbouncer-exporter`;
    const { stdout } = await useStack().docker([
      'exec',
      exporter,
      'wget',
      '-qO-',
      'http://127.0.0.1:9127/metrics',
    ]);
    const shown = new Set(stdout.match(/^\w+/gm));
    const scraped = [...namedMetrics()].filter((name) => !name.includes(':'));
    expect(scraped.length).toBeGreaterThan(20);
    expect(scraped.filter((name) => !shown.has(name))).toEqual([]);
  });

  it('must show the password in no command line, log or inspection, and in no file that others can reach', async () => {
    const project = useStack();
    const secrets = [NASTY, encodeURIComponent(NASTY).slice(0, 12)];
    const exporter = `${project.name}_pgbouncer-exporter`;
    const shown = [
      await project.docker(['inspect', exporter]),
      await project.docker(['top', exporter]),
      await project.compose(['logs', '--no-color']),
      await project.compose(['config']),
    ];
    expect(shown.filter(({ stdout }) => findLeaks(stdout, secrets).length > 0)).toEqual([]);
    expect(await openFilesWith(project.folder, secrets)).toEqual([]);
    const { stdout } = await project.ecar(['render', '--env', 'prod', '--diff', '--check'], {
      code: 1,
      env: { PGBOUNCER_STATS_PASSWORD: `${NASTY}2` },
    });
    expect(findLeaks(stdout, secrets)).toEqual([]);
    expect(stdout).toMatch(/^\+postgres:\/\/stats:\[redacted \d+\]@pgbouncer/m);
  });

  it('must run what watches without privileges and publish it on 127.0.0.1 only', async () => {
    const project = useStack();
    const format =
      '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}} {{.HostConfig.Memory}} {{json .HostConfig.PortBindings}}';
    for (const service of ['pgbouncer-exporter', 'prometheus']) {
      const { stdout } = await project.docker(['inspect', '--format', format, `${project.name}_${service}`]);
      expect(stdout).toMatch(/^true \[ALL\] \[no-new-privileges:true\] [1-9]\d+ /);
      expect(stdout.match(/"HostIp":"([^"]*)"/g) ?? []).toEqual(
        service === 'prometheus' ? ['"HostIp":"127.0.0.1"'] : [],
      );
    }
  });

  it('must take a new password of the stats user by the printed commands', async () => {
    const project = useStack();
    await project.write(
      '.env.prod',
      `${await project.read('.env.prod')}PGBOUNCER_STATS_PASSWORD='rotated'\n`,
    );
    const commands = printedCommands(await project.ecar(['render', '--env', 'prod']));
    expect(commands).toEqual([
      'docker compose -f stack/prod/docker-compose.yml kill -s HUP pgbouncer',
      'docker compose -f stack/prod/docker-compose.yml restart pgbouncer-exporter',
      `${VERIFY} --wait`,
    ]);
    // Halfway, verify names what is left to do.
    await project.shell(commands[0] ?? '');
    const { stdout } = await project.ecar(['verify', '--env', 'prod'], { code: 1 });
    expect(stdout).toMatch(/^FAIL {2}exporter — cannot read the console: .*SASL authentication failed$/m);
    expect(stdout).toContain('restart pgbouncer-exporter');
    await project.shell(commands[1] ?? '');
    expect(await failingChecks(project, '--wait')).toEqual([]);
  });

  it('must tell of an exporter that is stopped, and of rules that are not loaded', async () => {
    const project = useStack();
    await project.compose(['stop', 'pgbouncer-exporter']);
    expect(await failingChecks(project)).toContain(`container:${project.name}_pgbouncer-exporter`);
    await project.shell(UP);
    const rules = 'stack/prod/monitoring/prometheus/rules/limits.yml';
    const text = await project.read(rules);
    await project.write(rules, 'groups: []\n');
    // The exporter is looked at every 15 s.
    await expect
      .poll(() => failingChecks(project), { timeout: 30_000 })
      .toEqual(['files', 'prometheus-files']);
    await project.compose(['kill', '-s', 'HUP', 'prometheus']);
    await expect
      .poll(() => failingChecks(project), { timeout: 30_000 })
      .toEqual(['files', 'prometheus-rules']);
    await project.write(rules, text);
    await project.compose(['kill', '-s', 'HUP', 'prometheus']);
    await expect.poll(() => failingChecks(project), { timeout: 60_000 }).toEqual([]);
  });

  it('must be green as soon as a Prometheus that was made anew on its volume is healthy', async () => {
    const project = useStack();
    await project.shell(`${UP} --force-recreate prometheus`);
    expect(await failingChecks(project)).toEqual([]);
  });

  it('must not start the exporter without its connection string', async () => {
    const project = useStack();
    const { stdout } = await project.compose(['config', '--format', 'json', 'pgbouncer-exporter']);
    const { entrypoint } = JSON.parse(stdout).services['pgbouncer-exporter'] as { entrypoint: string[] };
    const [shell = '', ...words] = entrypoint.map((word) => word.replaceAll('$$', '$'));
    const folder = project.path('empty');
    await project.folderFor('empty');
    const start = () =>
      project.docker(
        [
          'run',
          '--rm',
          '-v',
          `${folder}:/etc/ecar-pool:ro`,
          '--entrypoint',
          shell,
          IMAGES.exporter,
          ...words,
        ],
        { code: 'any' },
      );
    expect((await start()).code).toBe(1);
    await project.write('empty/connection-string', '\n');
    expect((await start()).code).toBe(1);
  });

  it('must be gone without a trace once it is switched off', async () => {
    const project = useStack();
    await project.set({ monitoring: undefined });
    const { commands, verified } = await renderAndFollow(project);
    expect(commands).toContain(`docker rm -f ${project.name}_pgbouncer-exporter ${project.name}_prometheus`);
    expect(verified.code, verified.stdout).toBe(0);
    const { stdout } = await project.compose(['ps', '-a', '--services']);
    expect(stdout.split('\n').filter(Boolean).sort()).toEqual(['pgbouncer', 'postgres']);
    await expect(project.read('stack/prod/monitoring/exporter/connection-string')).rejects.toThrow(/ENOENT/);
    expect(Object.keys(await starterSecrets(project))).not.toEqual([]);
  });
});

describe('a stack that someone else’s Prometheus watches', () => {
  const useStack = useProject('other', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres18);
    await Prometheus.switchOn(project);
    await project.set({
      monitoring: {
        prometheus: { external: true, image: undefined, port: undefined },
        grafana: { external: true },
      },
    });
  });

  it('must run the exporter only, and be green', async () => {
    const { verified } = await renderAndFollow(useStack());
    expect(verified.code, verified.stdout).toBe(0);
    expect(verified.stdout).toContain('ok    exporter');
    expect(verified.stdout).not.toMatch(/container (prometheus|grafana)|Prometheus (targets|rules)/);
  });

  it('must give that Prometheus a job and rules that it takes', async () => {
    const project = useStack();
    const folder = project.path('stack/prod/monitoring/prometheus');
    const config = 'scrape_config_files: [/its/scrape.yml]\nrule_files: [/its/rules/*.yml]\n';
    const mounts = ['-v', `${folder}:/its:ro`, '--network', `${project.name}_${project.name}-network`];
    const { stdout } = await project.docker(
      ['run', '--rm', '-i', ...mounts, '--entrypoint', '/bin/sh', IMAGES.prometheus, '-c', THEIRS],
      { input: config },
    );
    expect(stdout).toContain('SUCCESS: 2 rule files found');
    expect(stdout).toMatch(/^pgbouncer_up 1$/m);
  });
});

describe('the files of a Grafana', () => {
  const useStack = useProject('grafana', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres18);
    await Prometheus.switchOn(project);
    await project.set({ monitoring: { grafana: { password: { env: 'GRAFANA_PASSWORD' } } } });
    await project.ecar(['render', '--env', 'prod'], { env: { GRAFANA_PASSWORD: NASTY.replace('${', '$') } });
  });

  // The testbed has no Grafana; this is how its container is set up, as its uid.
  it('must be readable for its uid in its container, though nobody else gets into the folder', async () => {
    const folder = useStack().path('stack/prod/monitoring/grafana');
    const hardened = [
      '--read-only',
      '--cap-drop',
      'ALL',
      '--user',
      '472',
      '-v',
      `${folder}:/etc/ecar-pool:ro`,
    ];
    const read = 'cat /etc/ecar-pool/admin-password; wc -c $(find /etc/ecar-pool -name "*.*")';
    const { stdout } = await useStack().docker([
      'run',
      '--rm',
      ...hardened,
      '--entrypoint',
      '/bin/sh',
      IMAGES.prometheus,
      '-c',
      read,
    ]);
    expect(stdout.split('\n')[0]).toBe(NASTY.replace('${', '$'));
    expect(stdout).toMatch(/ [1-9]\d+ \/etc\/ecar-pool\/dashboards\/pgbouncer\.json$/m);
    expect(await openFilesWith(useStack().folder, [NASTY.replace('${', '$')])).toEqual([]);
  });
});

/** Checks a configuration, then reads from where the scrape job says. */
const THEIRS = `cat >/tmp/p.yml && promtool check config /tmp/p.yml &&
wget -q -O - "http://$(grep -o '[^"]*:9127' /its/scrape.yml)/metrics"`;
