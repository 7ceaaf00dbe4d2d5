import { Document, isPair, isScalar, LineCounter, parseDocument, Scalar, visit } from 'yaml';
import { writeCommentLines } from './comment-lines.ts';
import { FormatError, UnrepresentableError } from './format-error.ts';
import { isEncodable } from './utf8.ts';

/** Words that YAML 1.1 takes for a boolean or null where nothing quotes them. */
const YAML_1_1_WORDS = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

/**
 * Writes a Compose file. All strings are double-quoted, so that no reader takes `on`, `12:30` or `0600` for
 * something else; a key is left bare where YAML 1.1 and 1.2 agree that it is a string. Characters that
 * Compose's own reader (go-yaml) refuses or folds when they stand in the file are escaped.
 * Throws UnrepresentableError for strings that are not valid Unicode.
 */
export function writeComposeYaml(document: object, comment: readonly string[]): string {
  const yaml = new Document(document, { aliasDuplicateObjects: false });
  visit(yaml, {
    Scalar(role, node, path) {
      if (typeof node.value === 'number' && isModeOf(path.at(-1))) node.format = 'OCT';
      if (typeof node.value !== 'string') return;
      if (!isEncodable(node.value)) throw new UnrepresentableError('YAML', 'a string is not valid Unicode');
      node.type = role === 'key' && isPlainKey(node.value) ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE;
    },
  });
  const text = yaml.toString({ lineWidth: 0, doubleQuotedAsJSON: true });
  return writeCommentLines(comment, '#') + escapeUnprintable(text);
}

/** A mode is read by its octal digits, and go-yaml knows `0o444`, too. */
function isModeOf(parent: unknown): boolean {
  return isPair(parent) && isScalar(parent.key) && parent.key.value === 'mode';
}

function isPlainKey(key: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_./-]*$/.test(key) && !YAML_1_1_WORDS.test(key);
}

/** Such characters can only stand in double quotes by now, where YAML knows `\uXXXX`. */
function escapeUnprintable(text: string): string {
  return text.replace(
    /[\x7F-\x9F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Doubles `$`, so that Compose hands `text` on as it is and puts no variable in. */
export function escapeInterpolation(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/**
 * Reads a Compose file into plain data, with merge keys (`<<`) applied; Compose's own tags (`!reset`) are
 * passed over. Throws FormatError with the place for a text that is not YAML.
 */
export function readComposeYaml(text: string): unknown {
  const lineCounter = new LineCounter();
  const yaml = parseDocument(text, { lineCounter, merge: true, prettyErrors: false });
  const error = yaml.errors[0];
  if (error) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    // The library's message may quote the text; its code does not.
    throw new FormatError(`not valid YAML (${error.code})`, { line, column: col });
  }
  try {
    return yaml.toJS();
  } catch {
    // Aliases are followed only now: one to nowhere, or more of them than the library expands.
    throw new FormatError('not valid YAML: an alias cannot be resolved');
  }
}
