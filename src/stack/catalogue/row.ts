/**
 * How PgBouncer reads a value. `uint` has no sign, `sec` is seconds with a fraction, `flag` is 0 or 1, `file` a
 * path, `enum` one of `words`.
 */
export type SettingType = 'int' | 'uint' | 'sec' | 'flag' | 'str' | 'file' | 'enum';

/**
 * One setting as the catalogue holds it. What is left out is the common case: known since 1.5 or before, known
 * still, changed by a reload, 0 to 2147483647.
 */
export interface Row {
  readonly type: SettingType;
  readonly words?: readonly string[];
  /** What a number counts: seconds, milliseconds or bytes; people may write the unit that they like. */
  readonly unit?: 's' | 'ms' | 'B';
  /** The bounds that make sense; PgBouncer itself checks none. */
  readonly min?: number;
  readonly max?: number;
  /** What it would do with a number below or above, to follow `PgBouncer would`, where it reads it as it stands. */
  readonly below?: string;
  readonly above?: string;
  /** What 0 means, where it is no number like others. */
  readonly zero?: string;
  /** As SHOW CONFIG prints it; empty where nothing is set. */
  readonly default: string;
  /** What the default was before a release, by that release. */
  readonly before?: Readonly<Record<string, string>>;
  /** The release that brought it. */
  readonly since?: string;
  /** The release that no longer has it. */
  readonly removed?: string;
  /** A reload does not change it, and PgBouncer says nothing. */
  readonly change?: 'restart';
  readonly description: string;
}

export const POOL_MODES = ['session', 'transaction', 'statement'] as const;
export const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
