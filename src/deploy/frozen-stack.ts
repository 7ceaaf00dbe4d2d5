import { Secret } from '../stack/secret.ts';
import type { Stack } from '../stack/stack.ts';

/** A stack as JSON, secrets in plain text: for files that only their owner reads. */
export function freezeStack(stack: Stack): unknown {
  return freeze(stack);
}

/** The stack that was made into JSON. */
export function thawStack(frozen: unknown): Stack {
  return thaw(frozen) as Stack;
}

function freeze(value: unknown): unknown {
  if (value instanceof Secret) return { $secret: value.reveal(), origin: value.origin };
  if (value instanceof Map) return { $map: [...value].map(([key, item]) => [key, freeze(item)]) };
  if (Array.isArray(value)) return value.map(freeze);
  if (typeof value !== 'object' || value === null) return value;
  return mapValues(value, freeze);
}

function thaw(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(thaw);
  if (typeof value !== 'object' || value === null) return value;
  if ('$secret' in value)
    return new Secret(String(value.$secret), 'origin' in value ? String(value.origin) : '');
  if ('$map' in value)
    return new Map((value.$map as [string, unknown][]).map(([key, item]) => [key, thaw(item)]));
  return mapValues(value, thaw);
}

function mapValues(value: object, change: (item: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
}
