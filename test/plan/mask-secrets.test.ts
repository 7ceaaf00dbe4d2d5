import { expect, it } from 'vitest';
import { SecretMask } from '../../src/plan/mask-secrets.ts';

it.each([
  [
    'monitoring/exporter/connection-string',
    'postgres://u:p%40ss@pgbouncer:6432/pgbouncer?sslmode=disable\n',
    'postgres://u:[redacted 1]@pgbouncer:6432/pgbouncer?sslmode=disable\n',
  ],
  [
    'monitoring/exporter/connection-string',
    'postgres://u:p%40ss@pgbouncer:6432/pgbouncer?sslmode=require&sslinline=true&sslcert=C&sslkey=K\n',
    'postgres://u:[redacted 1]\n',
  ],
  [
    'monitoring/exporter/connection-string',
    'postgres://u:@pgbouncer:6432/pgbouncer?sslmode=require&sslinline=true&sslcert=C&sslkey=K\n',
    'postgres://u:[redacted 1]\n',
  ],
  ['monitoring/grafana/admin-password', 'pass\n', '[redacted 1]\n'],
  [
    'pgbouncer/pgbouncer.ini',
    "a = host=db user=x password='it''s; a' pool_size=5\nb = host=db user=x password = plain\n; password=comment\n",
    'a = host=db user=x password=[redacted 1] pool_size=5\nb = host=db user=x password = [redacted 2]\n; password=comment\n',
  ],
  ['pgbouncer/client_tls_key.pem', 'key\n', '[redacted 1]\n'],
])('must blot the secret out of %s', (path, text, masked) => {
  expect(new SecretMask().mask(path, text, text)).toBe(masked);
});

it.each(['monitoring/exporter/connection-string', 'monitoring/grafana/admin-password'])(
  'must show nothing of a %s that somebody edited',
  (path) => {
    expect(new SecretMask().mask(path, 'dbname=x password=apple\n', 'other\n')).toBe('[redacted 1]\n');
  },
);
