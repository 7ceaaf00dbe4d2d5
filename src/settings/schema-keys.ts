import * as z from 'zod/mini';
import { settingsSchema } from './schema.ts';
import type { Path } from './tree.ts';

/** The keys that the model knows at a path, for suggestions; empty where any name goes. */
export function knownKeysAt(path: Path): readonly string[] {
  const found = unwrap(schemaAt(path));
  if (!(found instanceof z.ZodMiniObject)) return [];
  return path.length === 0 ? [...Object.keys(found.shape), 'environments'] : Object.keys(found.shape);
}

/** Whether what is at a path may be left out. */
export function isOptionalAt(path: Path): boolean {
  const found = schemaAt(path);
  const parent = unwrap(schemaAt(path.slice(0, -1)));
  return (
    parent instanceof z.ZodMiniRecord ||
    found instanceof z.ZodMiniOptional ||
    found instanceof z.ZodMiniDefault ||
    found instanceof z.ZodMiniPrefault
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
  return found instanceof z.ZodMiniNumberFormat;
}

function schemaAt(path: Path): z.core.$ZodType | undefined {
  let at: z.core.$ZodType | undefined = settingsSchema;
  for (const step of path) at = stepInto(unwrap(at), String(step));
  return at;
}

function stepInto(schema: z.core.$ZodType | undefined, key: string): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodMiniObject)
    return Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined;
  if (schema instanceof z.ZodMiniRecord) return schema.def.valueType;
  if (schema instanceof z.ZodMiniArray) return schema.def.element;
  return undefined;
}

/** Takes off optional, default and the like; of a union, the part with keys, and of a pipe what comes out. */
function unwrap(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  let at = schema;
  for (;;) {
    if (at instanceof z.ZodMiniOptional || at instanceof z.ZodMiniDefault || at instanceof z.ZodMiniPrefault)
      at = at.def.innerType;
    // A number that may have a unit: what is read of it in the end.
    else if (at instanceof z.ZodMiniPipe) at = at.def.out;
    else if (at instanceof z.ZodMiniUnion)
      at = at.def.options.find((option: z.core.$ZodType) => option instanceof z.ZodMiniObject);
    else return at;
  }
}
