import { expect, it } from 'vitest';
import { SecretMask } from '../../src/plan/mask-secrets.ts';

it.each([
  [
    'monitoring/exporter/connection-string',
    'postgres://u:p%40ss@pgbouncer:6432/pgbouncer?sslmode=disable\n',
    'postgres://u:[redacted 1]@pgbouncer:6432/pgbouncer?sslmode=disable\n',
  ],
  ['monitoring/grafana/admin-password', 'pass\n', '[redacted 1]\n'],
])('must blot the secret out of %s', (path, text, masked) => {
  expect(new SecretMask().mask(path, text)).toBe(masked);
});
