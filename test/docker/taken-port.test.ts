import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import type { Docker } from '../../src/docker/docker.ts';
import { isTaken } from '../../src/docker/taken-port.ts';

const engineAt = (stdout: string): Docker => ({
  call: async () => ({ code: 0, stdout, stderr: '', timedOut: false, ms: 1 }),
  redact: (text) => text,
  remainingMs: () => 1000,
  end: () => {},
});
const here = engineAt('unix:///var/run/docker.sock\n');

it('must know a port that others listen on, where the engine is that of this machine, and leave it free', async () => {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await isTaken(here, '127.0.0.1', port)).toBe(true);
  expect(await isTaken(engineAt('ssh://elsewhere\n'), '127.0.0.1', port)).toBe(false);
  await once(server.close(), 'close');
  expect(await isTaken(here, '127.0.0.1', port)).toBe(false);
  expect(await isTaken(here, '127.0.0.1', port)).toBe(false);
});

it('must know an address that this machine does not have', async () => {
  expect(await isTaken(here, '192.0.2.1', 6432)).toBe(true);
});
