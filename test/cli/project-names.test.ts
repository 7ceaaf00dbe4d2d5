import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyProject, digestFiles, hasCompose } from '../support/compose-projects.ts';
import { runToEnd } from '../support/fake-world.ts';

const PATH = process.env['PATH'] ?? '';

/** An adopted project whose settings are then changed. */
async function adoptedProject(change: (settings: string) => string, services = '') {
  const { folder: cwd } = copyProject('django-workers-and-beat');
  const compose = join(cwd, 'docker-compose.yml');
  writeFileSync(compose, readFileSync(compose, 'utf8').replace('services:\n', `services:\n${services}`));
  expect(await runToEnd(['init', '--from', 'docker-compose.yml'], { cwd, env: { PATH } })).toMatchObject({
    exitCode: 0,
  });
  const settings = join(cwd, 'ecar-pool.yaml');
  const changed = change(readFileSync(settings, 'utf8'));
  writeFileSync(settings, changed);
  return cwd;
}

describe.runIf(hasCompose)('names of an adopted project', () => {
  it.each([['deploy', '--yes'], ['verify']])(
    'must be those that it has, before %s touches anything',
    async (...command) => {
      const cwd = await adoptedProject((settings) =>
        settings
          .replace('service: db', 'service: bd')
          .replace('    worker:\n', '    wroker:\n')
          .replace('networks: [default]', 'networks: [default, backend]'),
      );
      const before = digestFiles(cwd);
      const { exitCode, err, out } = await runToEnd(command, { cwd, env: { PATH } });
      expect(exitCode, out).toBe(2);
      expect(err).toMatch(/ecar-pool\.yaml:\d+:12: error: the project has no service bd\n.*service: bd\n/);
      expect(err).toContain('fix: did you mean `db`?');
      expect(err).toMatch(
        /:5: error: the project has no service wroker\n.*\n.*\n {2}fix: did you mean `worker`\?/,
      );
      expect(err).toMatch(/:23: error: the project has no network backend\n.*\n.*\n {2}fix: it has default/);
      expect(digestFiles(cwd)).toEqual(before);
    },
  );

  it('must not be those of what is added', async () => {
    const cwd = await adoptedProject(
      (settings) => settings.replace(/^environments:/m, 'monitoring: { prometheus: {} }\nenvironments:'),
      '  prometheus: { image: "prom/prometheus:v3.5.3" }\n',
    );
    const { exitCode, err } = await runToEnd(['deploy', '--dry-run'], { cwd, env: { PATH } });
    expect(exitCode).toBe(2);
    expect(err).toMatch(
      /error: the project has a service prometheus of its own, and Compose would make one of the two/,
    );
    expect(err).toContain('monitoring: { prometheus: {} }');
  });

  it('must be no hindrance where they fit', async () => {
    const cwd = await adoptedProject((settings) => settings);
    const { err } = await runToEnd(['deploy', '--dry-run'], { cwd, env: { PATH } });
    expect(err).not.toContain('the project has');
  });
});
