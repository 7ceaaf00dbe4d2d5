import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';

/** A login that waits where no driver does: between its two messages of SCRAM (RFC 5802), without TLS. */
interface SlowLogin {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly meanwhile?: () => Promise<void>;
}

/**
 * @returns `ok` once each has proved to the other that it knows the password; else what was said, or that PgBouncer's
 *   signature is not that of the password, on which libpq ends the connection
 */
export async function logInSlowly(login: SlowLogin): Promise<string> {
  const socket = connect(login.port, '127.0.0.1');
  await once(socket, 'connect');
  const messages = readMessages(socket);
  const next = async () => (await messages.next()).value ?? { type: 'closed', body: Buffer.of() };
  try {
    socket.write(startup(login.user, login.database));
    const nonce = randomBytes(18).toString('base64');
    const asked = await next();
    if (asked.type !== 'R') return explain(asked);
    const bare = `n=*,r=${nonce}`;
    const first = Buffer.from(`n,,${bare}`);
    const length = Buffer.alloc(4);
    length.writeInt32BE(first.length);
    socket.write(message(Buffer.concat([Buffer.from('SCRAM-SHA-256\0'), length, first])));
    const challenge = await next();
    if (challenge.type !== 'R') return explain(challenge);
    const serverFirst = challenge.body.subarray(4).toString();
    const [, combined = '', salt = '', rounds = ''] = /^r=(.*),s=(.*),i=(\d+)$/.exec(serverFirst) ?? [];
    const salted = pbkdf2Sync(login.password, Buffer.from(salt, 'base64'), Number(rounds), 32, 'sha256');
    const clientKey = hmac(salted, 'Client Key');
    const told = `${bare},${serverFirst},c=biws,r=${combined}`;
    const signature = hmac(createHash('sha256').update(clientKey).digest(), told);
    const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
    await login.meanwhile?.();
    socket.write(message(Buffer.from(`c=biws,r=${combined},p=${proof.toString('base64')}`)));
    const verdict = await next();
    if (verdict.type !== 'R') return explain(verdict);
    const expected = hmac(hmac(salted, 'Server Key'), told).toString('base64');
    return verdict.body.subarray(4).toString() === `v=${expected}` ? 'ok' : 'incorrect server signature';
  } finally {
    socket.destroy();
  }
}

interface Message {
  readonly type: string;
  readonly body: Buffer;
}

async function* readMessages(chunks: AsyncIterable<Buffer>): AsyncGenerator<Message> {
  let left = Buffer.of();
  for await (const chunk of chunks) {
    left = Buffer.concat([left, chunk]);
    while (left.length >= 5 && left.length > left.readInt32BE(1)) {
      const end = left.readInt32BE(1) + 1;
      yield { type: left.toString('latin1', 0, 1), body: left.subarray(5, end) };
      left = left.subarray(end);
    }
  }
}

function startup(user: string, database: string): Buffer {
  const words = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(words.length + 8);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, words]);
}

function message(body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write('p');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function explain({ type, body }: Message): string {
  const said = body
    .toString()
    .split('\0')
    .find((field) => field.startsWith('M'));
  return said?.slice(1) ?? `message ${type}`;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
