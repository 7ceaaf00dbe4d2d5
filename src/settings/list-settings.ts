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
 */
export function listSettings(settings: Settings, tree: Tree, stack: Stack): SettingInForce[] {
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
  return listed;
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
  return others.length === 0 && (key === 'env' || key === 'file');
}

function secretOrigin(path: Path, stack: Stack): string {
  const [top, name, key] = path.map(String);
  if (top === 'users') return stack.users.find((user) => user.name === name)?.password.origin ?? '';
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
