import { DATABASE_KEYS } from '../stack/catalogue/database-keys.ts';
import { readEntryNumber, readSetting } from '../stack/catalogue/reading.ts';
import type { Row } from '../stack/catalogue/row.ts';
import { USER_KEYS } from '../stack/catalogue/user-keys.ts';
import { completeFacts, isNumeric, SETTABLE, type SettingFacts } from '../stack/pgbouncer-settings.ts';
import { spell } from './expectations.ts';
import type { Path, ScalarTree } from './tree.ts';

/**
 * What PgBouncer would do with a value that the model refuses, to follow `PgBouncer would`; undefined where there
 * is nothing to tell: it takes text, does not start with what is no number, or reads what was meant.
 */
export function explainMisreading(path: Path, actual: ScalarTree): string | undefined {
  const facts = factsAt(path);
  if (facts === undefined || actual.value === null || !isNumeric(facts)) return undefined;
  const isEntry = path[0] !== 'pgbouncer';
  const text = spell(actual).trim();
  const reading = isEntry ? readEntryNumber(text) : readSetting(facts.type, text);
  if (reading === 'refused') return typeof actual.value === 'number' ? 'not start with it' : undefined;
  if (reading === 'unpredictable') return 'take it for some other number';
  const { value } = reading;
  if (value !== Number(text))
    return value === 0 && facts.zero ? `read 0, which is ${facts.zero}` : `read ${value}`;
  if (value >= facts.min && value <= facts.max) return undefined;
  if (isEntry && value < 0 && facts.unit === undefined) return 'pass over it without a word';
  return (value < facts.min ? facts.below : facts.above) ?? 'take it without a word';
}

/** The row of the catalogue for what is at a path. */
export function factsAt([section, name, key]: Path): SettingFacts | undefined {
  if (section === 'pgbouncer') return find(SETTABLE, name);
  if (section === 'databases') return find(DATABASE_KEYS, key);
  return section === 'users' ? find(USER_KEYS, key) : undefined;
}

function find(rows: Readonly<Record<string, Row>>, key: Path[number] | undefined): SettingFacts | undefined {
  const row = typeof key === 'string' && Object.hasOwn(rows, key) ? rows[key] : undefined;
  return row && completeFacts(row);
}
