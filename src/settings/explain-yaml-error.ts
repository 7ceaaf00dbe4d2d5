import { type Document, isCollection, isScalar, isSeq, type Node, visit, type YAMLError } from 'yaml';

type Advice = readonly [message: string, hint: string];

/** What the parser's errors mean. Its own words are never shown: they may quote a password. */
const ADVICE: Readonly<Record<YAMLError['code'], Advice>> = {
  ALIAS_PROPS: ['an alias takes no anchor and no tag of its own', 'remove what stands before the `*`'],
  BAD_ALIAS: ['an anchor or alias has no name', 'write `&name` and `*name`, or put the text in quotes'],
  BAD_COLLECTION_TYPE: ['this tag does not fit its value', 'remove the tag'],
  BAD_DIRECTIVE: ['this directive cannot be read', 'remove the line that starts with `%`'],
  BAD_DQ_ESCAPE: [
    'this backslash starts no escape that YAML knows',
    "write `\\\\` for a backslash, or use single quotes '…'",
  ],
  BAD_INDENT: ['the indentation does not fit the lines above', 'align the line with its neighbours'],
  BAD_PROP_ORDER: [
    'an anchor or tag stands before the mark that it belongs behind',
    'move it behind the mark',
  ],
  BAD_SCALAR_START: ['a value cannot start with this character', 'put the value in quotes'],
  BLOCK_AS_IMPLICIT_KEY: [
    'a second `key:` cannot follow on the same line, nor an indented one below a value',
    'put it on a line of its own and align it; put text that holds `: ` in quotes',
  ],
  BLOCK_IN_FLOW: [
    'indented lines cannot stand inside brackets',
    'close the bracket above, or write everything in brackets',
  ],
  DUPLICATE_KEY: ['this key is in the same map already', 'keep one of the two'],
  IMPOSSIBLE: ['this cannot be read as YAML', 'write `key: value` lines'],
  KEY_OVER_1024_CHARS: ['a key cannot be longer than 1024 characters', 'write `key: value` lines'],
  MISSING_CHAR: ['something is missing here', 'write `key: value` lines, indented with spaces'],
  MULTILINE_IMPLICIT_KEY: [
    'this is no `key: value`: a colon and a blank must follow the key on its line',
    'write `key: value`',
  ],
  MULTIPLE_ANCHORS: ['a value has two anchors', 'keep one of the two'],
  MULTIPLE_DOCS: ['a second YAML document starts here', 'remove the `---` and what does not belong'],
  MULTIPLE_TAGS: ['a value has two tags', 'remove the tags'],
  NON_STRING_KEY: ['a key must be a plain name', 'write `name: value`'],
  RESOURCE_EXHAUSTION: ['brackets or lists are nested too deeply', 'nest less: settings are six levels deep'],
  TAB_AS_INDENT: ['a tab is used for indentation', 'indent with spaces: YAML allows no tabs there'],
  TAG_RESOLVE_FAILED: ['this tag cannot be read', 'remove the tag'],
  UNEXPECTED_TOKEN: ['this does not belong here', 'remove it, or put the value in quotes'],
};

/** Where the parser's code alone says too little, its message tells the cases apart. */
const CASES: readonly (readonly [pattern: RegExp, advice: Advice])[] = [
  [
    /^Implicit map keys need to be followed/,
    ['this key has no colon and no value', 'write `key: value`, with a blank behind the colon'],
  ],
  [/^Missing space after :/, ['a blank is missing behind the colon', 'write `key: value`']],
  [
    /at node end$/,
    ['the value before this is complete already', 'put a comma, a line break or quotes where they belong'],
  ],
  [/^Missing ,/, ['a comma is missing before this', 'separate what is in brackets by commas']],
  [/^Unexpected , /, ['this comma follows nothing', 'remove it']],
  [
    /^Comments must be separated/,
    ['a blank is missing before `#`', 'write a blank before a comment; put text that holds `#` in quotes'],
  ],
  [/^Sequence item without -/, ['this line of a list lacks its `- `', 'start it with `- `, or align it']],
  [/^Tags and anchors must be separated/, ['a blank is missing behind the anchor or tag', 'add a blank']],
  [/^Block scalar values in collections/, ['the text below `|` or `>` is not indented', 'indent it']],
];

interface Explained {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly hint: string;
}

/** Says in words for people what an error of the YAML parser means, and where its cause is. */
export function explainYamlError(
  { code, message, pos }: YAMLError,
  document: Document,
  text: string,
): Explained {
  const [start, end] = pos;
  const unclosed = /^Missing closing|must end with|and end with a/.test(message);
  const opening = unclosed ? findOpening(document, start) : undefined;
  if (opening !== undefined) {
    const isQuote = /["']/.test(opening.mark);
    return {
      start: opening.start,
      end: opening.start + 1,
      message: `this ${isQuote ? 'quote' : `\`${opening.mark}\``} is never closed, or not where it should be`,
      hint: isQuote
        ? 'close it at the end of the text'
        : `close it, and indent what is in it deeper than its key`,
    };
  }
  const [words, hint] = CASES.find(([pattern]) => pattern.test(message))?.[1] ?? ADVICE[code];
  const blanks = code === 'BAD_INDENT' ? (/^ */.exec(text.slice(start))?.[0].length ?? 0) : 0;
  return { start: start + blanks, end: end + blanks, message: words, hint };
}

/** The outermost quote or bracket that breaks off at an offset: where the mistake began, not where it showed. */
function findOpening(document: Document, offset: number): { start: number; mark: string } | undefined {
  let found: { start: number; mark: string } | undefined;
  visit(document, {
    Node: (_, node) => {
      const [start, end] = (node as Node).range ?? [0, 0];
      const mark = end === offset ? openingMark(node) : undefined;
      if (mark === undefined) return end < offset ? visit.SKIP : undefined;
      found = { start, mark };
      return visit.BREAK;
    },
  });
  return found;
}

function openingMark(node: unknown): string | undefined {
  if (isCollection(node) && node.flow === true) return isSeq(node) ? '[' : '{';
  if (!isScalar(node) || node.type?.startsWith('QUOTE') !== true) return undefined;
  return node.type === 'QUOTE_DOUBLE' ? '"' : "'";
}
