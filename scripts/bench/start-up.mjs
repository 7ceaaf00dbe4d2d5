// What every call pays: the program against a Node that does nothing.
import { mkdirSync } from 'node:fs';
import { MAIN, pairs, time } from './measure.mjs';

const PAIRS = 21;
const node = process.execPath;
const bare = () => time([node, '-e', '0']);

function row(name, bound, subject) {
  return {
    name,
    bound: `at most ${bound}`,
    measure: (folder) => {
      const { ratio, ...ms } = pairs(PAIRS, subject(folder), bare);
      const detail = `${ms.subject.toFixed(0)} ms against ${ms.reference.toFixed(0)} ms of node -e 0`;
      return { measured: ratio.toFixed(2), isInside: ratio <= bound, detail };
    },
  };
}

export const help = row('--help', 1.3, () => () => time([node, MAIN, '--help']));

export const render = row('render, nothing to change', 1.7, (folder) => {
  const cwd = `${folder}/render`;
  mkdirSync(cwd);
  time([node, MAIN, 'init', '--yes', '--name', 'bench'], { cwd });
  const subject = () => time([node, MAIN, 'render', '--env', 'prod'], { cwd });
  subject();
  return subject;
});
