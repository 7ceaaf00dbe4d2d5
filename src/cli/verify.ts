import type { AddCommand } from './context.ts';
import { examples, parseSeconds } from './context.ts';

interface VerifyOptions {
  readonly timeout: number;
  readonly wait?: boolean;
  readonly out?: string;
}

/** `ecar-pool verify`: proves the running pool of one environment, and names the cause of what fails. */
export const addVerify: AddCommand = (program, bind) => {
  const command = program
    .command('verify')
    .description('prove the running pool end to end, and name the cause of what fails')
    .option('--timeout <seconds>', 'time limit of the whole run', parseSeconds, 60)
    .option('--wait', 'first wait until all services are healthy, within the time limit')
    .option('-o, --out <dir>', 'where the stack was rendered, if not to stack/<env>/')
    .addHelpText(
      'after',
      examples(
        ['ecar-pool verify --env prod', 'prove the pool that runs here'],
        ['ecar-pool verify --env prod --wait', 'right after docker compose up -d'],
        ['ecar-pool verify --env prod --json', 'for a monitor: exit 1 when a check fails'],
      ),
    );
  bind<VerifyOptions>(command, async ({ world, options, report }) => {
    const { createDocker } = await import('../docker/docker.ts');
    const { ask } = await import('../docker/ask.ts');
    const { readVersions } = await import('../docker/versions.ts');
    const session = { cwd: world.cwd, env: world.env, signal: world.signal };
    const deadline = performance.now() + options.timeout * 1000;
    // Docker takes its time to answer; the settings are read meanwhile.
    const early = createDocker({ ...session, hidden: [], secrets: [], deadline });
    const versions = ask(early, readVersions(early));
    const [
      { loadProject },
      { stackCommand },
      { hasPassed, verifyStack },
      { listSecrets },
      { readDotenvOnDisk },
      { isComposeFile },
      { reportVerdict },
      { pgbouncerSettings, CONFIG_FOLDER, LOG_FILE },
      { ROTATION_PATTERN },
      { dotenvVariables },
      { EXIT },
      { checkNamesOf },
    ] = await Promise.all([
      import('./load-project.ts'),
      import('./stack-command.ts'),
      import('../verify/verify.ts'),
      import('../verify/list-secrets.ts'),
      import('../verify/dotenv-on-disk.ts'),
      import('../stack/compose-project.ts'),
      import('../report/checks.ts'),
      import('../writers/pgbouncer-ini.ts'),
      import('../writers/monitoring/log-rotation.ts'),
      import('../writers/dotenv.ts'),
      import('../problems/errors.ts'),
      import('./check-project-names.ts'),
    ]);
    const project = await versions.orEnd(loadProject(options, { ...session, deadline }, report));
    const { stack } = project;
    const target = {
      stack,
      project: project.compose,
      isRendered: project.isRendered,
      configFolder: CONFIG_FOLDER,
      logFile: stack.monitoring.log && { file: LOG_FILE, rotation: ROTATION_PATTERN },
    };
    const describeSubject = async () => {
      const { changes } = await project.planChanges();
      return {
        ...target,
        renderCommand: stackCommand('render', stack.environment, options),
        waitCommand: `${stackCommand('verify', stack.environment, options)} --wait`,
        changes,
        settings: pgbouncerSettings(stack),
        dotenv: readDotenvOnDisk(changes),
        composeText: changes.find(({ path }) => isComposeFile(path))?.after?.text ?? '',
        configHashes: project.configHashes(),
        env: world.env,
      };
    };
    const hidden = dotenvVariables(stack).keys();
    const docker = createDocker({ ...session, hidden, secrets: listSecrets(stack), deadline });
    await versions.orEnd(checkNamesOf(project, { ...session, deadline }));
    const verdict = await verifyStack(docker, target, {
      versions: versions.answer,
      describeSubject,
      wait: options.wait === true,
      signal: world.signal,
      onProgress: report.progress,
    });
    reportVerdict(verdict, stack.environment, report);
    return hasPassed(verdict) ? EXIT.ok : EXIT.checkFailed;
  });
};
