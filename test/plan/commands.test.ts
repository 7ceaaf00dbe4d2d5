import { describe, expect, it } from 'vitest';
import {
  completeCommand,
  rolesCommand,
  upServicesCommand,
  withoutPoolCommand,
} from '../../src/plan/commands.ts';
import type { Adopted } from '../../src/stack/adopted.ts';
import { adoptedProject, leaveAsleep, ownProject } from '../../src/stack/compose-project.ts';
import type { Stack } from '../../src/stack/stack.ts';
import { STACK } from '../verify/support.ts';

describe('psql at a Postgres that others run', () => {
  const command = (host: string, settings: Record<string, string>, files: Record<string, string> = {}) => {
    const stack = {
      ...STACK,
      postgres: { ...STACK.postgres, kind: 'external', host },
      pgbouncer: {
        ...STACK.pgbouncer,
        settings: new Map(Object.entries(settings)),
        files: new Map(Object.entries(files)),
      },
    } as Stack;
    return rolesCommand(stack, ownProject(STACK.name, 'stack/prod'));
  };

  it('must be asked for TLS as PgBouncer asks it', () => {
    expect(command('db', { server_tls_sslmode: 'prefer' })).not.toContain(' -d ');
    expect(command('db', { server_tls_sslmode: 'require' }, { server_tls_ca_file: 'PEM' })).toContain(
      ` -d sslmode=require `,
    );
    expect(command('db', { server_tls_sslmode: 'verify-ca' }, { server_tls_ca_file: 'PEM' })).toContain(
      ` -d 'sslmode=verify-ca sslrootcert=stack/prod/pgbouncer/server_tls_ca.pem' `,
    );
    expect(command('db', { server_tls_sslmode: 'verify-full' })).toContain(
      ` -d 'sslmode=verify-full sslrootcert=system' `,
    );
  });

  it('must be held against the name that its certificate is for', () => {
    const files = { server_tls_ca_file: 'PEM' };
    expect(command('host.docker.internal', { server_tls_sslmode: 'verify-full' }, files)).toContain(
      `host=host.docker.internal hostaddr=127.0.0.1'`,
    );
  });
});

it('must start nothing of an adopted project whose services all sleep', () => {
  const adopted: Adopted = {
    files: ['docker-compose.yml'],
    isSelfNamed: true,
    isPersistent: false,
    networks: ['default'],
    profiles: [],
    services: [{ name: 'web', environment: new Map() }],
  };
  const project = adoptedProject('shop', adopted, '/shop', '/shop');
  expect(withoutPoolCommand(adopted, project)).toMatch(/ up -d --no-deps web$/);
  expect(withoutPoolCommand(adopted, leaveAsleep(project, new Set(['web'])))).toBeUndefined();
});

it('must bring no service of an adopted project to another number than runs', () => {
  const services = ['web', 'worker'].map((name) => ({ name, environment: new Map() }));
  const adopted: Adopted = {
    files: ['docker-compose.yml'],
    isSelfNamed: true,
    isPersistent: false,
    networks: ['default'],
    profiles: [],
    services,
  };
  const scales = new Map([
    ['worker', 1],
    ['cache', 2],
  ]);
  const project = { ...adoptedProject('shop', adopted, '/shop', '/shop'), scales };
  expect(upServicesCommand(project)).toMatch(/ up -d --no-deps --scale worker=1 pgbouncer web worker$/);
  expect(completeCommand(project)).toMatch(/ up -d --no-recreate --scale worker=1 pgbouncer web worker$/);
  expect(withoutPoolCommand(adopted, project)).toMatch(/ up -d --no-deps --scale worker=1 web worker$/);
  // Compose refuses the number of what it is not told the name of.
  expect(upServicesCommand({ ...project, services: ['web'] })).toMatch(/ up -d --no-deps web$/);
});
