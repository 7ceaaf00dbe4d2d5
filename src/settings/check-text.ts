import { isError, type Problem } from '../problems/problem.ts';
import { checkSettings } from './check-settings.ts';
import { splitEnvironments } from './environments.ts';
import { parseYaml } from './parse-yaml.ts';

/**
 * Every error in the text of a settings file, in all its environments; secrets are not looked up.
 * @param file the name that the problems give it
 */
export function checkText(file: string, text: string): Problem[] {
  const { tree, problems } = parseYaml(file, text);
  if (tree?.kind !== 'map') return problems;
  const split = splitEnvironments(tree);
  const trees = split.environments.size === 0 ? [split.base] : [...split.environments.values()];
  const found = trees.flatMap((environment) => checkSettings(environment).problems);
  return [...problems, ...split.problems, ...found].filter(isError);
}
