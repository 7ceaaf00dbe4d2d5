import * as z from 'zod/mini';
import type { Row } from '../stack/catalogue/row.ts';
import { completeFacts, type SettingFacts } from '../stack/pgbouncer-settings.ts';
import { PLAIN, quantityMessage, quantityPattern, readQuantity, type Unit } from './quantity.ts';
import { line, maybe, textLike } from './schema-parts.ts';

/** What a value of a row is once it is checked. */
type ValueOf<R extends Row> = R extends { words: readonly (infer Word)[] }
  ? Word
  : R['type'] extends 'int' | 'uint' | 'sec' | 'flag'
    ? number
    : string;

type Schemas<Rows extends Readonly<Record<string, Row>>> = {
  [Name in keyof Rows]: z.ZodMiniOptional<z.ZodMiniType<ValueOf<Rows[Name]>>>;
};

/** One line, as PgBouncer reads it behind a `=`. */
export const text = z
  .string()
  .check(
    z.regex(/^[^\0\r\n]*$/, 'must be one line'),
    z.regex(/^(?:\S(?:[\s\S]*\S)?)?$/, 'must not start or end with a blank: PgBouncer drops it'),
  );

/**
 * Rows of the catalogue as optional keys of the model.
 * @param text what a text may be there
 */
export function fromCatalogue<Rows extends Readonly<Record<string, Row>>>(
  rows: Rows,
  text: z.ZodMiniType,
): Schemas<Rows> {
  const schemas = Object.entries(rows).map(([name, row]) => {
    const facts = completeFacts(row);
    return [name, maybe(valueSchema(facts, text), describe(facts))];
  });
  return Object.fromEntries(schemas);
}

function valueSchema(facts: SettingFacts, text: z.ZodMiniType): z.ZodMiniType {
  const { type, words = [], min, max } = facts;
  switch (type) {
    case 'flag':
      return z.literal([0, 1]);
    case 'enum':
      return z.enum(words);
    case 'str':
      return text;
    case 'file':
      // Its text is rendered, so that its path is of no interest to PgBouncer.
      return line;
    default: {
      const number = (type === 'sec' ? z.number() : z.int()).check(z.gte(min), z.lte(max));
      const unit = unitOf(facts);
      return unit === undefined ? number : withUnits(number, unit, type !== 'sec');
    }
  }
}

/** Numbers, or text that gives one with its unit. */
function withUnits(number: z.ZodMiniType<number, number>, unit: Unit, isWhole: boolean) {
  const message = quantityMessage(unit, isWhole);
  const written = z.union([number, textLike(quantityPattern(unit), message)], message);
  const read = z.transform((value: number | string) =>
    typeof value === 'number' ? value : readQuantity(value, unit),
  );
  const whole = z
    .number()
    .check(
      z.refine((value) => !isWhole || Number.isInteger(value), `must be a whole number of ${PLAIN[unit]}`),
    );
  return z.pipe(written, z.pipe(read, z.pipe(whole, number)));
}

function unitOf({ type, unit }: SettingFacts): Unit | undefined {
  return type === 'sec' ? 's' : unit;
}

/** What editors and the README show: the meaning, the unit, the default of PgBouncer itself, the releases. */
function describe(facts: SettingFacts): string {
  const { description, zero, since, removed, default: latest, before = {} } = facts;
  const none = zero === undefined ? '' : ` 0 is ${zero}.`;
  const unit = unitOf(facts);
  const inUnit = unit === undefined ? '' : ` In ${PLAIN[unit]}.`;
  const older = Object.entries(before).map(([release, value]) => `${code(value)} before ${release}`);
  const history = older.length === 0 ? '' : ` (${older.join(', ')})`;
  const byDefault = latest === '' && history === '' ? '' : ` PgBouncer's default: ${code(latest)}${history}.`;
  const from = since === '1.5' ? '' : ` Since PgBouncer ${since}.`;
  const until = removed === undefined ? '' : ` Gone since PgBouncer ${removed}.`;
  return description + inUnit + none + byDefault + from + until;
}

function code(value: string): string {
  return value === '' ? 'empty' : `\`${value}\``;
}
