import { freePort } from '../../support/free-port.ts';
import { starterSecrets } from './database.ts';
import { eventually } from './eventually.ts';
import { IMAGES } from './images.ts';
import type { Project } from './project.ts';
import { run } from './run.ts';

const SUPERUSER_PASSWORD = 'made-by-hand';

/** A Postgres that no stack of ours runs: a container on a network of its own; both have its name. */
export class ExternalPostgres {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** @param hostAuth what pg_hba.conf asks of those who come over the network */
  static async start(hostAuth: 'md5' | 'scram-sha-256' = 'md5'): Promise<ExternalPostgres> {
    const postgres = new ExternalPostgres(`e2eserver${await freePort()}`);
    const { name } = postgres;
    await docker('network', 'create', name);
    await docker(
      ...['run', '-d', '--name', name, '--network', name],
      ...['-e', `POSTGRES_PASSWORD=${SUPERUSER_PASSWORD}`, '-e', `POSTGRES_HOST_AUTH_METHOD=${hostAuth}`],
      IMAGES.postgres17,
    );
    await eventually(() => docker('exec', name, 'pg_isready', '-h', '127.0.0.1'), 60_000);
    return postgres;
  }

  /** The roles and databases of the starter settings, with the right passwords, stored in this way. */
  async createByHand(project: Project, password_encryption: string): Promise<void> {
    const { DB_PASSWORD } = await starterSecrets(project);
    const user = `${project.name}_user`;
    await this.run(
      `SET password_encryption = '${password_encryption}'`,
      `CREATE ROLE ${user} LOGIN PASSWORD '${DB_PASSWORD}'`,
      `CREATE DATABASE ${project.name}_db OWNER ${user}`,
    );
  }

  /** Gives a role another name. */
  async rename(role: string, name: string): Promise<void> {
    await this.run(`ALTER ROLE ${role} RENAME TO ${name}`);
  }

  /** Statements of its superuser. */
  async run(...statements: readonly string[]): Promise<void> {
    const commands = statements.flatMap((statement) => ['-c', statement]);
    await docker('exec', this.name, 'psql', '-X', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', ...commands);
  }

  /** What the server stores of a role's password. */
  async verifierOf(role: string): Promise<string> {
    const select = `SELECT rolpassword FROM pg_authid WHERE rolname = '${role}'`;
    const { stdout } = await docker('exec', this.name, 'psql', '-X', '-At', '-U', 'postgres', '-c', select);
    return stdout.trim();
  }

  /** Runs a printed command where the server's name leads to it, in the project's folder. */
  async runBeside(project: Project, command: string): Promise<void> {
    await docker(
      ...['run', '--rm', '--network', this.name, '-e', `PGPASSWORD=${SUPERUSER_PASSWORD}`],
      ...['-v', `${project.folder}:/project:ro`, '-w', '/project', '--entrypoint', 'sh'],
      ...[IMAGES.postgres17, '-c', command],
    );
  }

  async remove(): Promise<void> {
    await docker('rm', '-f', '-v', this.name);
    await docker('network', 'rm', this.name);
  }
}

function docker(...args: readonly string[]) {
  return run('docker', args, { cwd: process.cwd() });
}
