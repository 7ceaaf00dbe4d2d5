import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { isMap, parseDocument } from 'yaml';
import { freePort } from '../../support/free-port.ts';
import { type Outcome, type RunOptions, run } from './run.ts';
import { removeAllOf } from './teardown.ts';

type Options = Omit<RunOptions, 'cwd'>;

/** A user's project: a folder with settings, the installed CLI on the PATH, and a stack of its own name. */
export class Project {
  readonly name: string;
  readonly port: number;
  readonly folder: string;
  /** Everything that any command said, for checks and for people. */
  readonly said: string[] = [];

  private constructor(name: string, port: number, folder: string) {
    this.name = name;
    this.port = port;
    this.folder = folder;
  }

  static async create(word: string): Promise<Project> {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), `ecar-pool-e2e-${word}-`));
    // Open, as people's projects are: what keeps others out must be what ecar-pool sets.
    await chmod(folder, 0o755);
    return new Project(`e2e${word}${port}`, port, folder);
  }

  /** `ecar-pool …`, as a user types it. */
  ecar(args: readonly string[], options: Options = {}): Promise<Outcome> {
    return this.run('ecar-pool', args, options);
  }

  /** `docker compose -f stack/prod/docker-compose.yml …` */
  compose(args: readonly string[], options: Options = {}): Promise<Outcome> {
    return this.run('docker', ['compose', '-f', 'stack/prod/docker-compose.yml', ...args], options);
  }

  docker(args: readonly string[], options: Options = {}): Promise<Outcome> {
    return this.run('docker', args, options);
  }

  /** A command line as it was printed, run by a shell. */
  shell(line: string, options: Options = {}): Promise<Outcome> {
    return this.run('sh', ['-c', line], options);
  }

  async run(program: string, args: readonly string[], options: Options = {}): Promise<Outcome> {
    const env = { PATH: `${inject('installed')}/bin:${process.env['PATH']}`, ...options.env };
    this.said.push(`\n$ ${program} ${args.join(' ')}\n`);
    try {
      const outcome = await run(program, args, { cwd: this.folder, ...options, env });
      this.said.push(outcome.stdout, outcome.stderr);
      return outcome;
    } catch (error) {
      this.said.push(String(error));
      throw error;
    }
  }

  /** Writes starter settings for images of the testbed, on the project's own port. */
  async init(pgbouncer: string, postgres: string, ...args: readonly string[]): Promise<void> {
    const images = ['--pgbouncer-image', pgbouncer, '--postgres-image', postgres];
    await this.ecar(['init', '--yes', '--name', this.name, ...images, ...args]);
    await this.set({ pgbouncer: { port: this.port } });
  }

  /** Changes settings in place, comments kept; a map goes down a level, anything else is a value. */
  async set(changes: Readonly<Record<string, unknown>>): Promise<void> {
    const document = parseDocument(await this.read('ecar-pool.yaml'));
    const visit = (values: Readonly<Record<string, unknown>>, path: readonly string[]): void => {
      for (const [key, value] of Object.entries(values)) {
        const at = [...path, key];
        if (isPlainMap(value) && isMap(document.getIn(at, true))) visit(value, at);
        else if (value === undefined) document.deleteIn(at);
        else document.setIn(at, document.createNode(value));
      }
    };
    visit(changes, []);
    await this.write('ecar-pool.yaml', String(document));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  read(name: string): Promise<string> {
    return readFile(this.path(name), 'utf8');
  }

  async folderFor(name: string): Promise<void> {
    await mkdir(this.path(name), { recursive: true });
  }

  async write(name: string, text: string, mode = 0o644): Promise<void> {
    await writeFile(this.path(name), text, { mode });
  }

  /** Removes every trace, unless a failure is to be looked at. */
  async end(hasFailed: boolean): Promise<void> {
    if (hasFailed) {
      const logs = await run('docker', ['compose', '-p', this.name, 'logs', '--no-color'], {
        cwd: this.folder,
        code: 'any',
      });
      await this.write('transcript.txt', this.said.join(''));
      await this.write('containers.log', logs.stdout + logs.stderr);
      console.error(`Kept for a look: ${this.folder}`);
      if (process.env['E2E_KEEP_FAILED'] === '1') return;
    }
    await removeAllOf(this.name);
    if (!hasFailed) await rm(this.folder, { recursive: true });
  }
}

function isPlainMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
