import { InterruptedError, UsageError } from '../problems/errors.ts';
import type { World } from './context.ts';
import { type HiddenInput, openHiddenInput } from './hidden-input.ts';

const ATTEMPTS = 3;
const OTHER_WAYS = 'run it again, or use --password-stdin or --password-env NAME';

/**
 * Asks for a new password on the terminal, twice, without showing it, and gives it. The questions go to
 * stderr: stdout may be on its way into a file. Throws UsageError where nothing usable was typed,
 * InterruptedError after Ctrl-C; the terminal is as it was before in every case.
 */
export async function askNewPassword(
  { stdin, stderr, signal }: World,
  user: string,
  explain: (password: string) => string | undefined,
): Promise<string> {
  const input = openHiddenInput(stdin, signal);
  try {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      stderr.write(`Password for ${user}: `);
      const first = await readAnswer(input, stderr);
      const reason = first.hasControl
        ? 'holds a control character, such as an arrow key makes'
        : explain(first.text);
      if (reason !== undefined) {
        stderr.write(`The password ${reason}.\n`);
        continue;
      }
      stderr.write('The same again: ');
      const second = await readAnswer(input, stderr);
      if (second.text === first.text) return first.text;
      stderr.write('These were not the same.\n');
    }
  } finally {
    input.close();
  }
  throw new UsageError(`no usable password was typed in ${ATTEMPTS} attempts`, OTHER_WAYS);
}

interface Answer {
  readonly text: string;
  /** Whether keys were pressed that leave no character: they must not become part of a password unseen. */
  readonly hasControl: boolean;
}

/** Reads up to Enter. Backspace and Ctrl-U edit, as they do where a terminal edits lines itself. */
async function readAnswer(input: HiddenInput, echo: { write(text: string): unknown }): Promise<Answer> {
  let typed: string[] = [];
  try {
    for (;;) {
      const key = await input.nextKey();
      if (key === '\r' || key === '\n') {
        return { text: typed.join(''), hasControl: typed.some((character) => /\p{Cc}/u.test(character)) };
      }
      if (key === '\x03') throw new InterruptedError();
      if (key === undefined || (key === '\x04' && typed.length === 0)) {
        throw new UsageError('the input ended before a password was typed', OTHER_WAYS);
      }
      if (key === '\x7f' || key === '\b') typed.pop();
      else if (key === '\x15') typed = [];
      else typed.push(key);
    }
  } finally {
    // Enter was not shown either.
    echo.write('\n');
  }
}
