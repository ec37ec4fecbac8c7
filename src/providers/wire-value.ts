/** The own property of a foreign JSON value, or undefined when the value is no object or lacks the key. Pure. */
export function field(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as { readonly [key: string]: unknown })[key];
}

/** A text property of a foreign JSON value, or undefined when it is absent or something else. Pure. */
export function textField(value: unknown, key: string): string | undefined {
  const found = field(value, key);
  return typeof found === 'string' ? found : undefined;
}

/** A list property of a foreign JSON value, or an empty list when it is absent or something else. Pure. */
export function listField(value: unknown, key: string): readonly unknown[] {
  const found = field(value, key);
  return Array.isArray(found) ? found : [];
}

/** Whether a foreign JSON value is an object that is neither null nor a list. Pure. */
export function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
