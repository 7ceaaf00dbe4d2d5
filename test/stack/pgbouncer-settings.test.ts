import { describe, expect, it } from 'vitest';
import {
  ALL_SETTINGS,
  defaultAt,
  isKnownTo,
  isSettingName,
  OWNED_SETTINGS,
  SETTING_NAMES,
  settingFacts,
} from '../../src/stack/pgbouncer-settings.ts';
import { type PgbouncerVersion, parsePgbouncerVersion } from '../../src/stack/pgbouncer-version.ts';

const release = (text: string) => parsePgbouncerVersion(text) as PgbouncerVersion;

// What the settings are is held against PgBouncer itself, in test/e2e/catalogue.test.ts.
describe('the catalogue', () => {
  it('must have each setting for people, or for ecar-pool with the reason', () => {
    const owned = Object.keys(OWNED_SETTINGS);
    const known = [...SETTING_NAMES, ...owned, 'auth_type'].filter((name) => name !== 'service_name');
    expect(known.sort()).toEqual([...ALL_SETTINGS]);
    expect(owned.filter(isSettingName)).toEqual([]);
  });

  it.each([
    ['query_wait_timeout', '1.6.1', '0'],
    ['query_wait_timeout', '1.7', '120'],
    ['client_tls_protocols', '1.12.0', 'all'],
    ['client_tls_protocols', '1.13', 'secure'],
    ['max_prepared_statements', '1.23.1', '0'],
    ['max_prepared_statements', '1.24', '200'],
    ['auth_query', '1.24.0', 'SELECT usename, passwd FROM pg_shadow WHERE usename=$1'],
    ['server_check_query', '1.25.2', '<empty>'],
  ] as const)('%s must be by default in %s: %s', (name, version, expected) => {
    expect(defaultAt(release(version), settingFacts(name))).toBe(expected);
  });

  it.each([
    ['suspend_timeout', '1.25.2', true],
    ['suspend_timeout', '1.26.0', false],
    ['transaction_timeout', '1.24.1', false],
    ['transaction_timeout', '1.25', true],
    ['listen_port', '1.5', true],
  ] as const)('%s in %s: %s', (name, version, expected) => {
    expect(isKnownTo(release(version), settingFacts(name))).toBe(expected);
  });

  it('every default must be within its own bounds', () => {
    const outside = ALL_SETTINGS.filter((name) => {
      const { type, min, max, default: latest, words } = settingFacts(name);
      if (type === 'enum') return !words?.includes(latest);
      if (type === 'str' || type === 'file') return false;
      return !(Number(latest) >= min && Number(latest) <= max);
    });
    expect(outside).toEqual([]);
  });
});
