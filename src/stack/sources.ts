/** What a stack was resolved from: as long as none of it changes, neither does the stack. */
export interface Sources {
  /** Absolute paths, also of files that were looked for and not found. */
  readonly files: readonly string[];
  /** Variables of the process environment by their names, set or not. */
  readonly variables: readonly string[];
  /** And all those whose names start with this. */
  readonly prefix: string;
  /** Whether that is all: what a program printed may be something else the next time. */
  readonly isWhole: boolean;
}
