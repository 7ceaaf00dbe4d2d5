import { defaultAt, isKnownTo, isNumeric, SETTING_NAMES, settingFacts } from '../stack/pgbouncer-settings.ts';
import { formatPgbouncerVersion } from '../stack/pgbouncer-version.ts';
import type { Stack } from '../stack/stack.ts';
import type { Settings } from './schema.ts';
import { placeOf } from './source.ts';
import { type Path, type Tree, treeAt } from './tree.ts';

/** One value in force, and where it comes from. */
export interface SettingInForce {
  readonly path: string;
  readonly value: unknown;
  readonly origin: string;
}

/**
 * Every value in force of one environment, in the order of the model; secrets show where they lie only.
 * @param settings the checked settings, with the model's defaults
 * @param tree the same as written, with positions
 * @param builtIn whether to list what PgBouncer takes by itself, too
 */
export function listSettings(
  settings: Settings,
  tree: Tree,
  stack: Stack,
  { builtIn }: { readonly builtIn: boolean },
): SettingInForce[] {
  const listed: SettingInForce[] = [];
  const walk = (value: unknown, path: Path): void => {
    const found = treeAt(tree, path);
    const dotted = path.map(String).join('.');
    if (isSecretReference(value, found)) {
      listed.push({ path: dotted, value: '[redacted]', origin: secretOrigin(path, stack) });
    } else if (
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.keys(value).length > 0
    ) {
      for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key]);
    } else if (value !== undefined) {
      listed.push({ path: dotted, value, origin: found ? describeOrigin(found) : 'default' });
    }
  };
  walk(withDefaults(settings, stack), []);
  return builtIn ? withBuiltIn(listed, stack) : listed;
}

/** Behind the pool's settings, those that are left to PgBouncer, with what its release takes then. */
function withBuiltIn(listed: readonly SettingInForce[], { pgbouncer: { version } }: Stack): SettingInForce[] {
  const isOfPool = ({ path }: SettingInForce) => path.startsWith('pgbouncer.');
  const given = new Set(listed.map(({ path }) => path));
  const origin = `PgBouncer ${formatPgbouncerVersion(version)}`;
  const left = SETTING_NAMES.flatMap((name) => {
    const [path, facts] = [`pgbouncer.${name}`, settingFacts(name)];
    if (given.has(path) || !isKnownTo(version, facts)) return [];
    const value = defaultAt(version, facts);
    return [{ path, value: isNumeric(facts) && value !== '' ? Number(value) : value, origin }];
  });
  const end = listed.findLastIndex(isOfPool) + 1;
  return [...listed.slice(0, end), ...left, ...listed.slice(end)];
}

/** The settings with the defaults that the model does not know: they hang on the version, and on who runs Postgres. */
function withDefaults(settings: Settings, stack: Stack): object {
  const given: Readonly<Record<string, unknown>> = settings.pgbouncer;
  const defaults = [...stack.pgbouncer.settings].filter(([name]) => given[name] === undefined);
  const { max_connections } = stack.postgres;
  return {
    ...settings,
    postgres: { ...settings.postgres, max_connections },
    pgbouncer: { ...settings.pgbouncer, ...Object.fromEntries(defaults) },
  };
}

function isSecretReference(value: unknown, found: Tree | undefined): boolean {
  if (found?.kind !== 'map' || typeof value !== 'object' || value === null) return false;
  const [key, ...others] = Object.keys(value);
  return others.length === 0 && (key === 'env' || key === 'file' || key === 'command');
}

function secretOrigin(path: Path, stack: Stack): string {
  const [top, name, key] = path.map(String);
  const named = { users: stack.users, databases: stack.databases }[top ?? '']?.find((it) => it.name === name);
  // Where the secret is a password in the clear, both are the same one.
  if (named) return (('secret' in named ? named.secret : undefined) ?? named.password)?.origin ?? '';
  if (top === 'postgres' && stack.postgres.kind === 'own') return stack.postgres.password.origin;
  if (top === 'monitoring') return stack.monitoring.grafana?.server?.password.origin ?? '';
  const value = top === 'app' ? stack.app?.environment.get(key ?? '') : undefined;
  return typeof value === 'object' ? value.origin : '';
}

/** `ecar-pool.yaml:12`, with the layer where it is not the base. */
function describeOrigin({ span, layer }: Tree): string {
  const { file, line } = placeOf(span);
  const place = line === undefined ? file : `${file}:${line}`;
  return layer === file || layer === place ? place : `${place} (${layer})`;
}
