/** A file as it should be, with all that is needed to write it; pure data. */
export interface PlannedFile {
  /** Relative to the output folder, with `/`. */
  readonly path: string;
  readonly mode: number;
  readonly text: string;
}

/** Every file of one environment, sorted by path: the whole intent of `render`. */
export type FilePlan = readonly PlannedFile[];

/** Of the output folder: only its owner enters. */
export const FOLDER_MODE = 0o700;

/** Of the folders in it, which are mounted: the user that the container runs as reads them. */
export const SUBFOLDER_MODE = 0o755;
