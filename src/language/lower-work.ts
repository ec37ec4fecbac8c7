import type { RetryPolicy } from '../model/crew.ts';
import type { JsonObject, JsonSchema, JsonValue } from '../model/json.ts';
import { readDurationMs } from './amounts.ts';
import { asObject, compact, wholeNumber } from './lower-values.ts';

const DEFAULT_BACKOFF_MS = 1000;

/** Gives a schema with its included files in place, or undefined when it could not be read. */
export type ResolveOutput = (path: readonly string[], written: JsonValue) => JsonSchema | undefined;

/** A phase, branch or item's work as it is written, with its path in the file. */
export interface Written {
  readonly name: string;
  readonly path: readonly string[];
  readonly value: JsonObject;
  readonly resolveOutput: ResolveOutput;
}

/** Lowers what every kind of work has. Pure but for includes. */
export function lowerWork(written: Written): {
  readonly name: string;
  readonly output?: JsonSchema;
  readonly retry?: RetryPolicy;
  readonly timeoutMs?: number;
} {
  const { name, value } = written;
  const output = lowerSchema(written, ['output']);
  return {
    name,
    ...compact({ output, retry: lowerRetry(value.retry), timeoutMs: readDurationMs(value.timeout) }),
  };
}

/** The schema that stands at a path inside the written work, or undefined. */
export function lowerSchema(
  { path, value, resolveOutput }: Written,
  inside: readonly string[],
): JsonSchema | undefined {
  let written: JsonValue | undefined = value;
  for (const step of inside) written = asObject(written)[step];
  return written === undefined ? undefined : resolveOutput([...path, ...inside], written);
}

function lowerRetry(value: JsonValue | undefined): RetryPolicy | undefined {
  const simple = wholeNumber(value);
  if (simple !== undefined) return { max: simple, backoffMs: DEFAULT_BACKOFF_MS };
  const { max, backoff } = asObject(value);
  const most = wholeNumber(max);
  return most === undefined
    ? undefined
    : { max: most, backoffMs: readDurationMs(backoff) ?? DEFAULT_BACKOFF_MS };
}
