import { fail, ok } from '../row.ts';
import type { Check } from '../scene.ts';

const ID = 'shell';
const TITLE = 'shell environment';

/**
 * Whether a variable of this shell would beat the rendered `.env`: Compose takes the caller's environment
 * first. Only what docker-compose.yml really interpolates counts, and only names are told: the values are
 * secrets more often than not. No row for an adopted project: its `.env` is not rendered, and the settings take this
 * environment first, as Compose does.
 */
export const checkShell: Check = ({ subject }) => {
  const { dotenv, env, composeText, stack } = subject;
  if (stack.adopted) return [];
  const names = [...dotenv].flatMap(([name, value]) =>
    env[name] === undefined || env[name] === value || !interpolates(composeText, name) ? [] : [name],
  );
  if (names.length === 0) return [ok(ID, TITLE, 'sets nothing of .env differently')];
  return [
    fail(ID, TITLE, {
      observed: `${names.join(', ')} ${names.length === 1 ? 'has' : 'have'} another value here than in .env`,
      cause: 'Compose prefers the environment that it is started in to .env',
      hint: `unset ${names.join(' ')}`,
    }),
  ];
};

/** Whether a Compose file takes a variable's value; `$${NAME}` is an escaped dollar and no variable. */
function interpolates(composeText: string, name: string): boolean {
  return new RegExp(`(?<!\\$)(?:\\$\\$)*\\$(?:\\{${name}\\b|${name}\\b)`).test(composeText);
}
