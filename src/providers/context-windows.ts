import { readFileSync } from 'node:fs';

interface WindowTable {
  readonly models: { readonly [use: string]: number };
}

let table: WindowTable | undefined;

/**
 * The most tokens of one request of `provider:name` at the provider's own address, or undefined when it is not known; a
 * dated snapshot such as `gpt-5-2025-08-07` has the window of its model.
 * @see ./context-windows.json for date and source
 */
export function contextWindow(use: string): number | undefined {
  table ??= JSON.parse(
    readFileSync(new URL('./context-windows.json', import.meta.url), 'utf8'),
  ) as WindowTable;
  const name = use.replace(/-\d{4}-?\d{2}-?\d{2}$/, '');
  return Object.hasOwn(table.models, name) ? table.models[name] : undefined;
}
