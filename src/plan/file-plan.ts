/** A file as it should be, with all that is needed to write it; pure data. */
export interface PlannedFile {
  /** Relative to the output folder, with `/`. */
  readonly path: string;
  readonly mode: number;
  readonly text: string;
}

/** Every file of one environment, sorted by path: the whole intent of `render`. */
export type FilePlan = readonly PlannedFile[];
