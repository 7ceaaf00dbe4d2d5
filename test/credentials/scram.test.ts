import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { createScramVerifier, deriveSalt } from '../../src/credentials/scram.ts';

const SALT = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');

test('the verifier of the example in RFC 7677 proves both sides of its exchange', async () => {
  const verifier = await createScramVerifier({ password: 'pencil', salt: SALT, iterations: 4096 });
  expect(verifier).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
  const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
  const exchange = [
    'n=user,r=rOprNGfwEbeRWgbNEkqO',
    `r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`,
    `c=biws,r=${nonce}`,
  ].join(',');
  const [, storedKey, serverKey] = /\$([^$:]+):([^:]+)$/
    .exec(verifier)!
    .map((text) => Buffer.from(text, 'base64'));
  const serverSignature = createHmac('sha256', serverKey!).update(exchange).digest('base64');
  expect(serverSignature).toBe('6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
  // The client's proof hides its key behind a signature; taken off, the key must hash to StoredKey.
  const signature = createHmac('sha256', storedKey!).update(exchange).digest();
  const proof = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64');
  const clientKey = proof.map((byte, i) => byte ^ signature[i]!);
  expect(createHash('sha256').update(clientKey).digest()).toEqual(storedKey);
});

test('passwords that SASLprep makes equal have one verifier', async () => {
  const verifiers = await Promise.all(
    ['IX', 'Ⅸ', 'I\u00adX'].map((password) => createScramVerifier({ password, salt: SALT, iterations: 1 })),
  );
  expect(new Set(verifiers).size).toBe(1);
});

const INPUT = { password: 'pencil', project: 'ecar', environment: 'prod', user: 'bob', iterations: 4096 };

test('a derived salt has 16 bytes and is the same everywhere', async () => {
  const salt = await deriveSalt(INPUT);
  // hashlib.pbkdf2_hmac('sha256', b'pencil', b'ecar-pool|ecar|prod|bob', 4096, 16) of Python.
  expect(salt.toString('hex')).toBe('aea64c919072ca7100995fc4a642dd77');
});

test.each(['password', 'project', 'environment', 'user'] as const)(
  'a derived salt depends on the %s',
  async (key) => {
    expect(await deriveSalt({ ...INPUT, [key]: 'other' })).not.toEqual(await deriveSalt(INPUT));
  },
);

test('a derived salt costs as much to guess as the verifier', async () => {
  expect(await deriveSalt({ ...INPUT, iterations: 5000 })).not.toEqual(await deriveSalt(INPUT));
});
