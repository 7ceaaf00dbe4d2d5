import { writeCommentLines } from '../../formats/comment-lines.ts';
import { markLines, type Rendering } from '../rendering.ts';

/** The text of a shell script in `templates/`, below the mark, with `{{name}}` replaced by values of ours. */
export function fillScript(
  rendering: Rendering,
  template: string,
  values: Readonly<Record<string, string | number>>,
): string {
  const script = rendering.template(template).replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${template} asks for ${name}`);
    return String(value);
  });
  return writeCommentLines(markLines(rendering), '#') + script;
}
