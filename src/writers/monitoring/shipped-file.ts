import { writeCommentLines } from '../../formats/comment-lines.ts';
import type { PlannedFile } from '../../plan/file-plan.ts';
import { markLines, type Rendering } from '../rendering.ts';

/** A YAML template as it ships, below the mark, at the same path as in `templates/`. */
export function shippedFile(path: string, rendering: Rendering): PlannedFile {
  return { path, mode: 0o644, text: writeCommentLines(markLines(rendering), '#') + rendering.template(path) };
}
