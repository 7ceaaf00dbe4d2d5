import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { refuseLocked, takeLock } from '../../src/deploy/lock.ts';
import { identifyProcess } from '../../src/deploy/process-identity.ts';
import { tempFolder } from '../support/temp-project.ts';

const holder = { command: 'deploy', pid: process.pid, host: hostname(), since: '2026-11-23T15:30:00.000Z' };

function leaveLock(folder: string, held: object): void {
  mkdirSync(join(folder, '.ecar-pool'));
  writeFileSync(join(folder, '.ecar-pool/lock'), `${JSON.stringify({ ...holder, ...held })}\n`);
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

it('must be taken once at a time, and leave nothing when it is given back', async () => {
  const folder = tempFolder();
  const lock = await takeLock(folder, 'deploy', 'stack/prod');
  await expect(takeLock(folder, 'rollback', 'stack/prod')).rejects.toThrow(
    new RegExp(`^stack/prod is being worked on: the deploy that began at \\S+ \\(pid ${process.pid}\\)$`),
  );
  await expect(refuseLocked(folder, 'stack/prod')).rejects.toThrow('is being worked on');
  await lock.release();
  await refuseLocked(folder, 'stack/prod');
  expect(readdirSync(join(folder, '.ecar-pool'))).toEqual([]);
});

it('must be had by one of many who want it at once', async () => {
  const folder = tempFolder();
  leaveLock(folder, { pid: await deadPid() });
  const wanting = Array.from({ length: 20 }, () => takeLock(folder, 'deploy', 'stack/prod'));
  const taken = (await Promise.allSettled(wanting)).filter(({ status }) => status === 'fulfilled');
  expect(taken).toHaveLength(1);
});

it('must be taken over from a process that is dead, and say so', async () => {
  const folder = tempFolder();
  const pid = await deadPid();
  leaveLock(folder, { pid });
  await refuseLocked(folder, 'stack/prod');
  const lock = await takeLock(folder, 'rollback', 'stack/prod');
  expect(lock.abandoned).toBe(`the deploy that began at 2026-11-23T15:30:00.000Z (pid ${pid})`);
  expect(JSON.parse(readFileSync(join(folder, '.ecar-pool/lock'), 'utf8'))).toMatchObject({
    command: 'rollback',
    pid: process.pid,
  });
});

it.skipIf(process.platform !== 'linux')(
  'must not be held by another process that got the number',
  async () => {
    const folder = tempFolder();
    leaveLock(folder, { process: 'another boot/123' });
    expect((await takeLock(folder, 'deploy', 'stack/prod')).abandoned).toContain(`(pid ${process.pid})`);
  },
);

it('must be held by the very process that took it', async () => {
  const folder = tempFolder();
  leaveLock(folder, { process: await identifyProcess(process.pid) });
  await expect(takeLock(folder, 'deploy', 'stack/prod')).rejects.toThrow('is being worked on');
});

it('must be held by whatever runs on another host', async () => {
  const folder = tempFolder();
  leaveLock(folder, { pid: await deadPid(), host: 'elsewhere' });
  await expect(takeLock(folder, 'deploy', 'stack/prod')).rejects.toMatchObject({
    message: expect.stringContaining('on the host elsewhere'),
    hint: expect.stringContaining(`remove ${join(folder, '.ecar-pool/lock')}`),
  });
  expect(existsSync(join(folder, '.ecar-pool/lock'))).toBe(true);
});

it('must not be taken from a file that is no lock', async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, '.ecar-pool'));
  writeFileSync(join(folder, '.ecar-pool/lock'), 'mine');
  await expect(takeLock(folder, 'deploy', 'stack/prod')).rejects.toThrow('is no lock of ecar-pool');
});
