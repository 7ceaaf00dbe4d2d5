import { escapeInterpolation } from '../formats/compose-yaml.ts';
import { readDotenv } from '../formats/dotenv.ts';
import { interpolate } from '../formats/interpolation.ts';
import type { FileVariable } from './project-variables.ts';

/**
 * The variables of a `.env`, those among them that are made of others included: each sees those above it.
 * @param find variables from elsewhere, which win
 * @throws FormatError for a file that Compose refuses altogether
 */
export function readEnvFile(
  text: string,
  find: (name: string) => string | undefined,
): ReadonlyMap<string, FileVariable> {
  const variables = new Map<string, FileVariable>();
  for (const entry of readDotenv(text)) {
    if ('value' in entry)
      variables.set(entry.name, { written: escapeInterpolation(entry.value), value: entry.value });
    else if (entry.template !== undefined) {
      const value = interpolate(entry.template, (name) => find(name) ?? variables.get(name)?.value);
      variables.set(entry.name, { written: entry.template, value });
    }
  }
  return variables;
}
