import { z } from 'zod';
import { settingsSchema } from './schema.ts';
import type { Path } from './tree.ts';

/** The keys that the model knows at a path, for suggestions; empty where any name goes. */
export function knownKeysAt(path: Path): readonly string[] {
  const found = unwrap(schemaAt(path));
  if (!(found instanceof z.ZodObject)) return [];
  return path.length === 0 ? [...Object.keys(found.shape), 'environments'] : Object.keys(found.shape);
}

/** Whether what is at a path may be left out. */
export function isOptionalAt(path: Path): boolean {
  const found = schemaAt(path);
  const parent = unwrap(schemaAt(path.slice(0, -1)));
  return (
    parent instanceof z.ZodRecord ||
    found instanceof z.ZodOptional ||
    found instanceof z.ZodDefault ||
    found instanceof z.ZodPrefault
  );
}

/** Whether a value would fit at a path. */
export function fitsAt(path: Path, value: unknown): boolean {
  const found = schemaAt(path);
  return found !== undefined && z.safeParse(found, value).success;
}

/** Whether only whole numbers fit at a path. */
export function isWholeNumberAt(path: Path): boolean {
  const found = unwrap(schemaAt(path));
  return found instanceof z.ZodNumber && found.isInt;
}

function schemaAt(path: Path): z.core.$ZodType | undefined {
  let at: z.core.$ZodType | undefined = settingsSchema;
  for (const step of path) at = stepInto(unwrap(at), String(step));
  return at;
}

function stepInto(schema: z.core.$ZodType | undefined, key: string): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodArray) return schema.element;
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
