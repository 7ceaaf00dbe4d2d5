import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { run } from './run.ts';

const PASSWORD = 'known-in-this-test';

/** PgBouncer alone, on rendered files, as confined as in a stack; only the admin's password is another one. */
export class PgbouncerContainer {
  readonly #id: string;
  readonly #folder: string;
  readonly #port: string;

  private constructor(id: string, folder: string, port: string) {
    this.#id = id;
    this.#folder = folder;
    this.#port = port;
  }

  static async start(files: { image: string; ini: string; userlist: string }): Promise<PgbouncerContainer> {
    const folder = await mkdtemp(join(tmpdir(), 'ecar-pool-e2e-ini-'));
    const mounted = join(folder, 'pgbouncer');
    await mkdir(mounted);
    await writeFile(join(mounted, 'pgbouncer.ini'), files.ini);
    const userlist = files.userlist.replace(/^"pgbouncer" .*$/m, `"pgbouncer" "${PASSWORD}"`);
    await writeFile(join(mounted, 'userlist.txt'), userlist);
    const { stdout } = await docker([
      ...['run', '-d', '--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges:true'],
      ...['--label', 'ecar-pool-e2e=golden', '--network', 'none', '-v', `${mounted}:/etc/pgbouncer:ro`],
      files.image,
    ]);
    const [, port = ''] = /^listen_port = (\d+)$/m.exec(files.ini) ?? [];
    const container = new PgbouncerContainer(stdout.trim(), folder, port);
    try {
      await eventually(() => container.show('VERSION', 'version', 'version'), 10_000);
      return container;
    } catch (error) {
      const { stderr } = await docker(['logs', container.#id]);
      await container.remove();
      throw new Error(`PgBouncer did not answer; its log:\n${stderr}`, { cause: error });
    }
  }

  /** Two columns of what SHOW answers; NULL is an empty text. */
  async show(what: string, left: string, right: string): Promise<[string, string][]> {
    const rows = await this.table(what);
    return rows.map((row) => [row[left] ?? '', row[right] ?? '']);
  }

  /** What SHOW answers, by column; NULL is an empty text. */
  async table(what: string): Promise<Record<string, string>[]> {
    const { stdout } = await docker(
      [
        ...['exec', '-e', 'PGPASSWORD', this.#id, 'psql', '-X', '-w', '-A', '-F', '\x1f', '-R', '\x1e'],
        ...['-P', 'footer=off', '-h', '127.0.0.1', '-p', this.#port, '-U', 'pgbouncer', '-d', 'pgbouncer'],
        ...['-c', `SHOW ${what}`],
      ],
      { PGPASSWORD: PASSWORD },
    );
    const [header = [], ...rows] = stdout
      .replace(/\n$/, '')
      .split('\x1e')
      .map((row) => row.split('\x1f'));
    return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])));
  }

  /** What its log says of files that it does not like. */
  async complaints(): Promise<string[]> {
    const { stderr } = await docker(['logs', this.#id]);
    return stderr.split('\n').filter((line) => /ERROR|FATAL|WARNING|broken/.test(line));
  }

  async remove(): Promise<void> {
    await docker(['rm', '-f', this.#id]);
    await rm(this.#folder, { recursive: true });
  }
}

function docker(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return run('docker', args, { cwd: process.cwd(), env });
}
