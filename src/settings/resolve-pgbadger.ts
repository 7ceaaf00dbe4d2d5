import type { LogFile, Pgbadger } from '../stack/pgbadger.ts';
import type { Settings } from './schema.ts';

type Written = Settings['monitoring'];

const BYTES: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** How much of the log file is kept, in bytes. */
export function resolveLog({ max_size, keep }: NonNullable<Written['log']>): LogFile {
  return { max_bytes: inUnits(max_size, BYTES), keep };
}

const SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

/** Which reports are made of it, in seconds. */
export function resolvePgbadger({
  image,
  every,
  keep,
  postgres,
}: NonNullable<Written['pgbadger']>): Pgbadger {
  const every_seconds = every === undefined ? undefined : inUnits(every, SECONDS);
  return { image, every_seconds, keep_weeks: keep, postgres };
}

/** A number and the letter of its unit; the model has checked both. */
function inUnits(text: string, units: Readonly<Record<string, number>>): number {
  return Number.parseInt(text, 10) * (units[text.slice(-1).toLowerCase()] ?? 1);
}
