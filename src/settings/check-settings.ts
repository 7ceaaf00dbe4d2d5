import type { Problem } from '../problems/problem.ts';
import { describeIssue, type Issue } from './describe-issue.ts';
import { Findings } from './finding.ts';
import { findMeantKey } from './meant-key.ts';
import { checkRules } from './rules.ts';
import { type Settings, settingsSchema } from './schema.ts';
import { dotted, type Path, type Tree, toValue, treeAt } from './tree.ts';

export interface CheckedSettings {
  /** All settings, where nothing is wrong with them. */
  readonly settings: Settings | undefined;
  /** The sections that fit the model once each wrong value is taken out of them. */
  readonly sections: Partial<Settings>;
  /** The paths of the wrong values. */
  readonly refused: readonly Path[];
  readonly problems: readonly Problem[];
}

/**
 * Checks the settings of one environment against the model and the rules. A wrong value is taken out and the
 * rest is checked as if it were not there, so that one run tells all that is wrong.
 */
export function checkSettings(tree: Tree): CheckedSettings {
  const value = toValue(tree);
  const parsed = settingsSchema.safeParse(value);
  const issues = parsed.error?.issues ?? [];
  const refused = issues.flatMap(pathsOf);
  const sections = parseSections(value as Values, refused);
  const misspelt = findMisspelt(issues).filter((path) => treeAt(tree, path) === undefined);
  const found = new Findings(tree, [...refused, ...misspelt]);
  checkRules(sections, found);
  const missing = new Set(misspelt.map(dotted));
  const described = onePerPlace(issues)
    .filter(({ path }) => !missing.has(dotted(path)))
    .flatMap((issue) => describeIssue(issue, tree));
  return { settings: parsed.data, sections, refused, problems: [...described, ...found.problems] };
}

type Values = { [key: string]: unknown };

function pathsOf(issue: Issue): Path[] {
  if (issue.code !== 'unrecognized_keys') return [issue.path];
  return issue.keys.map((key) => [...issue.path, key]);
}

/** Where a key is missing because it is misspelt: the unknown key says so. */
function findMisspelt(issues: readonly Issue[]): Path[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [];
    return issue.keys.flatMap((key) => {
      const meant = findMeantKey(key, issue.path);
      return meant === undefined ? [] : [[...issue.path, meant.key]];
    });
  });
}

/** Of several objections to one value the last is the narrowest: a port must be at most 65535, not 2^53. */
function onePerPlace(issues: readonly Issue[]): Issue[] {
  const lastOf = new Map(
    issues.map((issue) => [JSON.stringify([issue.path, issue.code === 'unrecognized_keys']), issue]),
  );
  return [...lastOf.values()];
}

/** Parses each section for itself, without the refused values. */
function parseSections(value: Values, refused: readonly Path[]): Partial<Settings> {
  for (const path of refused) takeOut(value, path);
  const sections: Values = {};
  for (const [section, schema] of Object.entries(settingsSchema.shape)) {
    const parsed = schema.safeParse(value[section]);
    if (parsed.success) sections[section] = parsed.data;
  }
  return sections as Partial<Settings>;
}

/** A password keeps a stand-in, because a user without one would be no user at all. */
function takeOut(value: Values, path: Path): void {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((at, step) => (at as Values | undefined)?.[String(step)], value);
  if (typeof parent !== 'object' || parent === null) return;
  const key = String(path.at(-1));
  if (key === 'password' || (key === 'secret' && path[0] === 'users'))
    (parent as Values)[key] = { env: 'PASSWORD' };
  else delete (parent as Values)[key];
}
