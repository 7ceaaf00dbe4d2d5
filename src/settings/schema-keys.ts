import { z } from 'zod';
import { settingsSchema } from './schema.ts';
import type { Path } from './tree.ts';

/** The keys that the model knows at a path, for suggestions; empty where any name goes. */
export function knownKeysAt(path: Path): readonly string[] {
  let at: z.core.$ZodType | undefined = settingsSchema;
  for (const step of path) at = stepInto(unwrap(at), String(step));
  const found = unwrap(at);
  if (!(found instanceof z.ZodObject)) return [];
  return path.length === 0 ? [...Object.keys(found.shape), 'environments'] : Object.keys(found.shape);
}

function stepInto(schema: z.core.$ZodType | undefined, key: string): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[key];
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return undefined;
}

/** Takes off optional, default and the like; of a union, the part with keys. */
function unwrap(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  let at = schema;
  for (;;) {
    if (at instanceof z.ZodOptional || at instanceof z.ZodDefault || at instanceof z.ZodPrefault)
      at = at.unwrap();
    else if (at instanceof z.ZodUnion)
      at = at.options.find((option: z.core.$ZodType) => option instanceof z.ZodObject);
    else return at;
  }
}
