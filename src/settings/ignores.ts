import { type Code, isCode, PAGES } from '../problems/pages.ts';
import { isError, type Problem } from '../problems/problem.ts';
import { nearestName } from './nearest.ts';
import { placeOf, type Source, type Span } from './source.ts';

/** What a settings file says may stay as it is. */
export interface Ignored {
  /** What is left to be told, with what is wrong about the comments themselves. */
  readonly problems: readonly Problem[];
  /** What was overruled, each with the reason that its comment gives. */
  readonly ignored: readonly { readonly problem: Problem; readonly reason: string }[];
}

/** A comment, and the line that it is about; lines count from 1. */
interface Comment {
  readonly code: string;
  readonly reason: string;
  readonly line: number;
  readonly span: Span;
}

const COMMENT = /(?:^|\s)#\s*ecar-pool:\s*ignore\b[ \t]*(\S*)[ \t]*(.*?)\s*$/;

/**
 * What lies in .env.<environment> and in certificates differs from one environment to the next, and only one is looked at: that the
 * comment overrules nothing there says nothing about the others.
 */
const OF_ONE_ENVIRONMENT: ReadonlySet<string> = new Set<Code>([
  'weak-password',
  'certificate-chain',
  'certificate-expired',
  'certificate-expires',
  'certificate-name',
  'certificate-signer',
  'not-an-authority',
]);

/**
 * Takes out what the comments `# ecar-pool: ignore CODE reason` of a settings file overrule: what is on their own
 * line, or, where they have a line to themselves, on the next one that is none of them.
 */
export function applyIgnores(problems: readonly Problem[], source: Source): Ignored {
  const comments = readComments(source);
  const complaints: Problem[] = [];
  const usable = comments.filter((comment) => {
    const unfit = explainUnfit(comment);
    if (unfit)
      complaints.push({ ...unfit, code: 'bad-ignore', severity: 'error', at: placeOf(comment.span) });
    return unfit === undefined;
  });
  const used = new Set<Comment>();
  const left: Problem[] = [];
  const ignored: Ignored['ignored'][number][] = [];
  for (const problem of problems) {
    const { at, code, ignorable } = problem;
    const comment =
      at?.file === source.name && ignorable
        ? usable.find((candidate) => candidate.line === at.line && candidate.code === code)
        : undefined;
    if (comment === undefined) {
      left.push(problem);
    } else {
      used.add(comment);
      ignored.push({ problem, reason: comment.reason });
    }
  }
  // What stands in the way of the rules may be all that keeps a finding from being there.
  const isComplete = !problems.some((problem) => isError(problem) && !problem.ignorable);
  for (const comment of isComplete ? usable : []) {
    if (used.has(comment) || OF_ONE_ENVIRONMENT.has(comment.code)) continue;
    complaints.push({
      code: 'unused-ignore',
      severity: 'warning',
      message: `this comment overrules nothing: there is no \`${comment.code}\` on line ${comment.line}`,
      hint: 'remove it, or put it on the line of the finding or right above it',
      at: placeOf(comment.span),
    });
  }
  return { problems: [...left, ...complaints], ignored };
}

function readComments(source: Source): Comment[] {
  const lines = source.text.split('\n');
  return lines.flatMap((text, index) => {
    const match = COMMENT.exec(text);
    if (match === null) return [];
    const [found, code = '', reason = ''] = match;
    const start = (source.lineStarts[index] ?? 0) + match.index + found.indexOf('#');
    const end = (source.lineStarts[index] ?? 0) + text.trimEnd().length;
    const isAlone = text.trimStart().startsWith('#');
    const line = isAlone ? nextLine(lines, index) : index;
    return [{ code: code.toLowerCase(), reason, line: line + 1, span: { source, start, end } }];
  });
}

/** The next line with something on it that is no comment. */
function nextLine(lines: readonly string[], from: number): number {
  const next = lines.findIndex((text, index) => index > from && !/^\s*(?:#.*)?$/.test(text));
  return next === -1 ? from : next;
}

function explainUnfit({ code, reason }: Comment): { message: string; hint: string } | undefined {
  if (!isCode(code)) {
    const nearest = nearestName(code, Object.keys(PAGES));
    const what = code === '' ? 'this comment names no code' : `there is no code \`${code}\``;
    const hint = 'write `# ecar-pool: ignore CODE reason`; `ecar-pool explain` lists the codes';
    return {
      message: what,
      hint: nearest === undefined || code === '' ? hint : `did you mean \`${nearest}\`?`,
    };
  }
  if (!PAGES[code].ignorable)
    return {
      message: `\`${code}\` cannot be overruled: it must be mended`,
      hint: `remove the comment; \`ecar-pool explain ${code}\` tells more`,
    };
  if (reason === '')
    return {
      message: 'this comment gives no reason',
      hint: `say why \`${code}\` may stay, for whoever reads it next: \`# ecar-pool: ignore ${code} reason\``,
    };
  return undefined;
}
