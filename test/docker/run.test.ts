import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createDocker } from '../../src/docker/docker.ts';
import { InterruptedError } from '../../src/problems/errors.ts';
import { expectEnded, fakeDocker, type Rule } from '../support/fake-docker.ts';

function session(
  rules: readonly Rule[],
  options: { limitMs?: number; signal?: AbortSignal; cwd?: string } = {},
) {
  const fake = fakeDocker(rules);
  const docker = createDocker({
    cwd: options.cwd ?? '/',
    env: { ...fake.env, DB_PASSWORD: 'from the shell', COMPOSE_FILE: 'other.yml' },
    signal: options.signal ?? new AbortController().signal,
    hidden: ['DB_PASSWORD'],
    secrets: ['s3cret'],
    deadline: performance.now() + (options.limitMs ?? 20_000),
  });
  return { docker, calls: fake.calls };
}

describe('a call to docker', () => {
  it('must resolve with code, stdout as it is and stderr redacted', async () => {
    const { docker } = session([{ match: 'x', stdout: 'out s3cret', stderr: 'err s3cret', code: 3 }]);
    expect(await docker.call(['x'])).toMatchObject({
      code: 3,
      stdout: 'out s3cret',
      stderr: 'err [redacted]',
      timedOut: false,
    });
  });

  it('must keep COMPOSE_* and the names of .env from docker', async () => {
    const { docker, calls } = session([{ match: 'x' }]);
    await docker.call(['x']);
    expect(Object.keys(calls()[0]?.env ?? {})).not.toContain('DB_PASSWORD');
    expect(Object.keys(calls()[0]?.env ?? {})).not.toContain('COMPOSE_FILE');
  });

  it('must take no shell: words reach docker as they are', async () => {
    const { docker, calls } = session([{ match: 'x' }]);
    const words = ['x', 'a b', '$HOME', '"; exit 1', '*', ''];
    await docker.call(words);
    expect(calls()[0]?.argv).toEqual(words);
  });

  it.each([
    ['docker and its child', false],
    ['even where both ignore SIGTERM', true],
  ])('must end %s when the time is up', async (_, stubborn) => {
    const { docker, calls } = session([{ match: 'x', hang: true, stubborn, stdout: 'half' }], {
      limitMs: 1000,
    });
    const result = await docker.call(['x']);
    expect(result).toMatchObject({ timedOut: true, stdout: 'half' });
    expect(result.ms).toBeLessThan(6000);
    expect(calls()).toHaveLength(2);
    await expectEnded(calls);
  });

  it('must end both on a signal, and only then reject', async () => {
    const controller = new AbortController();
    const { docker, calls } = session([{ match: 'x', hang: true }], { signal: controller.signal });
    const call = docker.call(['x']);
    while (calls().length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    await expect(call).rejects.toBeInstanceOf(InterruptedError);
    await expectEnded(calls);
  });

  it('must not start anything after a signal', async () => {
    const { docker, calls } = session([{ match: 'x' }], { signal: AbortSignal.abort() });
    await expect(docker.call(['x'])).rejects.toBeInstanceOf(InterruptedError);
    expect(calls()).toEqual([]);
  });

  it('must reject where docker is absent, and not blame docker for a folder that is gone', async () => {
    const { docker } = session([{ match: 'x' }]);
    await expect(docker.call(['x'], { program: 'no-such-docker' })).rejects.toThrow('not found on the PATH');
    const gone = session([{ match: 'x' }], { cwd: '/no/such/folder' });
    await expect(gone.docker.call(['x'])).rejects.toThrow('The current folder no longer exists');
  });

  it('must pour what is printed into a stream, however much, and take stdin from one', async () => {
    const { docker } = session([]);
    const chunks: Buffer[] = [];
    const stdout = new Writable({
      write: (chunk: Buffer, _, done) => {
        chunks.push(chunk);
        setImmediate(done);
      },
    });
    const input = Buffer.alloc(3_000_000, 'x\xff\n', 'latin1');
    const stdin = Readable.from([input.subarray(0, 7), input.subarray(7)], { objectMode: false });
    const result = await docker.call([], { program: '/bin/cat', stdin, stdout });
    expect(result).toMatchObject({ code: 0, stdout: '' });
    expect(Buffer.concat(chunks).equals(input)).toBe(true);
  });

  it('must end, and fail as the stream did, where what is printed cannot be taken', async () => {
    const { docker } = session([]);
    const full = Object.assign(new Error('disk full'), { code: 'ENOSPC', syscall: 'write' });
    const stdout = new Writable({ write: (_chunk, _, done) => done(full) });
    await expect(docker.call(['/dev/zero'], { program: '/bin/cat', stdout })).rejects.toBe(full);
  });

  it('must end, and fail as the stream did, where what it reads breaks', async () => {
    const { docker } = session([]);
    const broken = new Error('a bad sector');
    const stdin = new Readable({ read: () => stdin.destroy(broken) });
    await expect(docker.call([], { program: '/bin/cat', stdin })).rejects.toBe(broken);
  });

  it('must not wait for a stream that a program has no use for', async () => {
    const { docker } = session([]);
    const stdin = Readable.from(endless(), { objectMode: false });
    expect(await docker.call([], { program: '/bin/true', stdin })).toMatchObject({ code: 0 });
  });

  it('must need no time limit', async () => {
    const { docker } = session([{ match: 'x', stdout: 'y' }], { limitMs: Number.POSITIVE_INFINITY });
    expect(await docker.call(['x'])).toMatchObject({ stdout: 'y', timedOut: false });
  });
});

async function* endless(): AsyncGenerator<Buffer> {
  for (;;) yield Buffer.alloc(65_536);
}
