import type * as z from 'zod/mini';
import { exampleFor } from './examples.ts';
import { spell } from './expectations.ts';
import { factsAt } from './misreading.ts';
import { nearestName } from './nearest.ts';
import { fitsAt, isOptionalAt } from './schema-keys.ts';
import { holdsSecret } from './secret-paths.ts';
import type { Path, ScalarTree, Tree } from './tree.ts';

type Issue = z.core.$ZodIssue;

/** What to do about a value that zod refuses. */
export function fixFor(issue: Issue, actual: Tree, path: Path): string {
  const spelling =
    actual.kind === 'scalar' && actual.value !== null && !holdsSecret(path, actual)
      ? fixSpelling(issue, actual, path)
      : undefined;
  if (spelling !== undefined) return spelling;
  if (actual.layer.endsWith(' in the environment')) return 'correct the variable, or unset it';
  if (/^PGBOUNCER_\w+ in /.test(actual.layer)) return 'correct the value, or remove the line';
  const example = issue.code === 'too_big' ? undefined : exampleFor(path);
  if (example !== undefined) return `write for example \`${example}\``;
  return isOptionalAt(path) ? 'correct it, or leave it out' : 'correct it';
}

/** The same value in the spelling that fits, where there is one. */
function fixSpelling(issue: Issue, actual: ScalarTree, path: Path): string | undefined {
  const text = spell(actual);
  const unit = LIKELY_UNITS[String(path.at(-1))] ?? '';
  if (/^\d+$/.test(text) && unit !== '' && fitsAt(path, text + unit)) return `write ${text}${unit}`;
  const meant = boolean(text);
  if (meant !== undefined && fitsAt(path, meant)) return `write ${meant}`;
  if (meant !== undefined && fitsAt(path, Number(meant))) return `write ${Number(meant)}`;
  if (meant === false && fitsAt(path, {})) return 'leave it out: what is not there is off';
  if (typeof actual.value === 'string') {
    if (/^0\d+$/.test(text) && fitsAt(path, Number(text)))
      return `write ${Number(text)}: a leading zero means octal to some programs`;
    const digits = text.replace(/(?<=\d)[_,' ](?=\d{3})/g, '').trim();
    if (/^(?:0|[1-9]\d*)(?:\.\d+)?$/.test(digits) && fitsAt(path, Number(digits)))
      return digits === text ? 'remove the quotes' : `write ${digits}`;
    if (/^\d+(?:\.\d+)?\s*[a-z]+$/i.test(text)) return fixUnit(text, path);
  } else if (issue.code.startsWith('invalid') && fitsAt(path, text)) return `put it in quotes: '${text}'`;
  const words = issue.code === 'invalid_value' ? issue.values.filter((word) => typeof word === 'string') : [];
  const nearest = nearestName(text, words);
  return nearest === undefined ? undefined : `did you mean \`${nearest}\`?`;
}

/** What a bare number most likely counts. */
const LIKELY_UNITS: Readonly<Record<string, string>> = { retention: 'd', every: 'h', max_size: 'M' };

/** YAML 1.1 took more words for booleans than YAML 1.2 does. */
function boolean(text: string): boolean | undefined {
  if (/^(?:y|yes|on|true)$/i.test(text)) return true;
  return /^(?:n|no|off|false)$/i.test(text) ? false : undefined;
}

/** In Postgres's spelling, or without a unit where there is none. */
function fixUnit(text: string, path: Path): string | undefined {
  const respelt = text.replace(/\s+/, ' ').replace(/[a-z]+$/i, (word) => UNITS[word.toLowerCase()] ?? word);
  if (respelt !== text && fitsAt(path, respelt)) return `write ${respelt}`;
  const facts = factsAt(path);
  const takesUnits = facts !== undefined && (facts.type === 'sec' || facts.unit !== undefined);
  return !takesUnits && fitsAt(path, Number.parseFloat(text)) ? 'write the number alone' : undefined;
}

/** How people spell units, and how Postgres does. */
const UNITS: Readonly<Record<string, string>> = {
  ...{ us: 'us', usec: 'us', ms: 'ms', msec: 'ms', s: 's', sec: 's', secs: 's', second: 's', seconds: 's' },
  ...{
    min: 'min',
    m: 'min',
    mins: 'min',
    minute: 'min',
    minutes: 'min',
    h: 'h',
    hr: 'h',
    hour: 'h',
    hours: 'h',
  },
  ...{ d: 'd', day: 'd', days: 'd', b: 'B', bytes: 'B', k: 'kB', kb: 'kB', kib: 'kB', mb: 'MB', mib: 'MB' },
};
