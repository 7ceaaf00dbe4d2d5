import * as z from 'zod/mini';
import { ENVIRONMENT_NAME, settingsSchema } from './schema.ts';

type JsonSchema = z.core.JSONSchema.JSONSchema;

/**
 * The JSON Schema (draft 2020-12) of ecar-pool.yaml, made from the model, so that editors complete and
 * explain it. An environment's overlay is the same schema with nothing required and `null` allowed,
 * because `null` removes.
 */
export function createJsonSchema(): JsonSchema {
  const base = z.toJSONSchema(settingsSchema, { io: 'input' });
  const overlay = toOverlay(base);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'ecar-pool settings',
    ...base,
    properties: {
      ...base.properties,
      environments: {
        type: 'object',
        description:
          'Each environment and what it changes: maps merge, scalars and lists replace, null removes.',
        minProperties: 1,
        propertyNames: { pattern: ENVIRONMENT_NAME.source },
        additionalProperties: { anyOf: [overlay, { type: 'null' }] },
      },
    },
    required: [...(base.required ?? []), 'environments'],
  };
}

function toOverlay(schema: JsonSchema): JsonSchema {
  const { required: _required, $schema: _dialect, default: _default, ...rest } = schema;
  const overlay: JsonSchema = { ...rest };
  if (schema.properties) {
    overlay.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([key, value]) => [key, orNull(toOverlay(value as JsonSchema))]),
    );
  }
  if (typeof schema.additionalProperties === 'object') {
    overlay.additionalProperties = orNull(toOverlay(schema.additionalProperties as JsonSchema));
  }
  return overlay;
}

/** The description stays outermost, where editors look for it. */
function orNull(schema: JsonSchema): JsonSchema {
  const { description, ...rest } = schema;
  return { ...(description === undefined ? {} : { description }), anyOf: [rest, { type: 'null' }] };
}
