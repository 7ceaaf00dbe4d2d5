import type { Problem } from '../problems/problem.ts';
import { isNumeric, isSettingName, OWNED_SETTINGS, settingFacts } from '../stack/pgbouncer-settings.ts';
import { nearestName } from './nearest.ts';
import { knownKeysAt } from './schema-keys.ts';
import { placeOf, type Span } from './source.ts';
import type { Entry, MapTree } from './tree.ts';
import type { Variable, Variables } from './variables.ts';

/** Variables that start so override settings of `[pgbouncer]`. */
export const OVERRIDE_PREFIX = 'PGBOUNCER_';

/**
 * The settings that variables called `PGBOUNCER_<SETTING>` override, as a tree to lay over the others.
 * @param secrets names of variables that hold secrets, such as PGBOUNCER_ADMIN_PASSWORD: no overrides
 */
export function readOverrides(
  variables: Variables,
  secrets: ReadonlySet<string>,
  root: Span,
): { overlay: MapTree; problems: Problem[] } {
  const known = knownKeysAt(['pgbouncer']);
  const entries = new Map<string, Entry>();
  const problems: Problem[] = [];
  for (const found of variables.withPrefix(OVERRIDE_PREFIX)) {
    if ('code' in found) {
      problems.push(found);
    } else if (!secrets.has(found.name) && found.value !== '') {
      const key = found.name.slice(OVERRIDE_PREFIX.length).toLowerCase();
      if (known.includes(key)) entries.set(key, toEntry(key, found));
      else problems.push(...describeUnknown(key, found, known));
    }
  }
  const pgbouncer: MapTree = { kind: 'map', span: root, layer: '', entries };
  const overlay = entries.size === 0 ? new Map() : new Map([['pgbouncer', { key: root, tree: pgbouncer }]]);
  return { overlay: { kind: 'map', span: root, layer: '', entries: overlay }, problems };
}

function toEntry(key: string, { value, origin, span }: Variable): Entry {
  const numeric = key === 'port' || (isSettingName(key) && isNumeric(settingFacts(key)));
  const scalar = numeric && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(value) ? Number(value) : value;
  return { key: span, tree: { kind: 'scalar', span, layer: origin, value: scalar } };
}

/** A misspelt override would be read by nothing; in the process environment it may be another program's. */
function describeUnknown(key: string, { name, origin, span }: Variable, known: readonly string[]): Problem[] {
  if (origin.endsWith('in the environment')) return [];
  const owned = Object.hasOwn(OWNED_SETTINGS, key) ? OWNED_SETTINGS[key] : undefined;
  const nearest = nearestName(key, known);
  const message =
    owned === undefined
      ? `${name} overrides no setting and is no secret of these settings`
      : `${name} has no effect: ${key} ${owned}`;
  const hint =
    owned === undefined && nearest !== undefined
      ? `did you mean ${OVERRIDE_PREFIX}${nearest.toUpperCase()}?`
      : 'remove the line';
  return [{ code: 'unknown-override', severity: 'warning', message, hint, at: placeOf(span) }];
}
