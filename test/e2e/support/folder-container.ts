import { eventually } from './eventually.ts';
import { run } from './run.ts';

type Row = Readonly<Record<string, string>>;

const PASSWORD = 'known-in-this-test';

/** PgBouncer on a folder as people mount it at /etc/pgbouncer; `boss` with a known password enters its console. */
export class FolderContainer {
  readonly #id: string;
  readonly #port: string;

  private constructor(id: string, port: string) {
    this.#id = id;
    this.#port = port;
  }

  static async start(image: string, folder: string, port: string): Promise<FolderContainer> {
    // Relative paths start in the folder.
    const { stdout } = await docker([
      ...['run', '-d', '--label', 'ecar-pool-e2e=import', '--network', 'none', '-w', '/etc/pgbouncer'],
      ...[
        '-v',
        `${folder}:/etc/pgbouncer:ro`,
        '--entrypoint',
        'pgbouncer',
        image,
        '/etc/pgbouncer/pgbouncer.ini',
      ],
    ]);
    const container = new FolderContainer(stdout.trim(), port);
    try {
      await eventually(() => container.show('VERSION'), 10_000);
      return container;
    } catch (error) {
      const { stdout: out, stderr } = await docker(['logs', container.#id]);
      await container.remove();
      throw new Error(`PgBouncer did not answer on ${folder}; its log:\n${out}${stderr}`, { cause: error });
    }
  }

  /** What SHOW answers; NULL is told apart from an empty text. */
  async show(what: string): Promise<Row[]> {
    const { stdout } = await docker(
      [
        ...['exec', '-e', 'PGPASSWORD', this.#id, 'psql', '-X', '-w', '-A', '-F', '\x1f', '-R', '\x1e'],
        ...['-P', 'footer=off', '-P', 'null=NULL', '-h', '127.0.0.1', '-p', this.#port],
        ...['-U', 'boss', '-d', 'pgbouncer', '-c', `SHOW ${what}`],
      ],
      { PGPASSWORD: PASSWORD },
    );
    const [header = [], ...rows] = stdout
      .replace(/\n$/, '')
      .split('\x1e')
      .map((row) => row.split('\x1f'));
    return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])));
  }

  async remove(): Promise<void> {
    await docker(['rm', '-f', this.#id]);
  }
}

function docker(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return run('docker', args, { cwd: process.cwd(), env });
}
