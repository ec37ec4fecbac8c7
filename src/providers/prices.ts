import { readFileSync } from 'node:fs';
import type { ModelPrice } from '../model/fact.ts';

interface PriceTable {
  readonly date: string;
  readonly source: string;
  readonly note: string;
  readonly models: {
    readonly [use: string]: { readonly input: number; readonly cached: number; readonly output: number };
  };
}

let table: PriceTable | undefined;

/** The prices as they were published, in US dollars for a million tokens, with their day and source, and what is to be known of them. */
export function priceTable(): PriceTable {
  table ??= JSON.parse(readFileSync(new URL('./prices.json', import.meta.url), 'utf8')) as PriceTable;
  return table;
}

/**
 * The price of `provider:name` at the provider's own address, or null when it is not known; a dated snapshot such as
 * `gpt-5-2025-08-07` has the price of its model. Another base URL is another seller: its prices are not known here.
 * @see ./prices.json for date and source
 */
export function modelPrice(use: string): ModelPrice | null {
  const { models } = priceTable();
  const name = use.replace(/-\d{4}-?\d{2}-?\d{2}$/, '');
  if (!Object.hasOwn(models, name)) return null;
  const row = models[name];
  if (row === undefined) return null;
  const microUsd = (usd: number): number => Math.round(usd * 1_000_000);
  return {
    inputMicroUsd: microUsd(row.input),
    cachedInputMicroUsd: microUsd(row.cached),
    outputMicroUsd: microUsd(row.output),
  };
}
