/** What `ecar-pool explain CODE` prints, and docs/checks.md holds: what is behind a finding. */
export interface Page {
  /** What is wrong, in a few words. */
  readonly title: string;
  readonly severity: 'error' | 'warning' | 'note';
  /**
   * Whether a comment in the settings file may overrule it. What cannot be rendered, or could not work, is
   * beyond overruling.
   */
  readonly ignorable: boolean;
  /** What goes wrong for those who use the pool. */
  readonly why: string;
  /** What PgBouncer does with it, where it ever gets to see it. */
  readonly pgbouncer?: string;
  readonly fix: string;
  /** Where upstream says so. */
  readonly sources: readonly string[];
}

/** A finding that must be mended: nothing can be rendered from it. */
export const refusal = { severity: 'error', ignorable: false } as const;
/** An error that a comment may overrule, by who knows better. */
export const error = { severity: 'error', ignorable: true } as const;
export const warning = { severity: 'warning', ignorable: true } as const;
export const note = { severity: 'note', ignorable: true } as const;

export const PGBOUNCER_CONFIG = 'https://www.pgbouncer.org/config.html';
export const PGBOUNCER_FEATURES = 'https://www.pgbouncer.org/features.html';
export const PGBOUNCER_CHANGELOG = 'https://www.pgbouncer.org/changelog.html';
