import type { ModelPrice } from '../model/fact.ts';
import { contextWindow } from './context-windows.ts';
import { modelPrice, priceTable } from './prices.ts';

/** A model whose price is known. */
export interface CatalogModel {
  readonly use: string;
  readonly price: ModelPrice | null;
  readonly contextTokens?: number;
}

/** The models of the price table in its order, with the day and the source of the prices, and what is to be known of them. Other models run as well. */
export function modelCatalog(): {
  readonly date: string;
  readonly source: string;
  readonly note: string;
  readonly models: readonly CatalogModel[];
} {
  const { date, source, note, models } = priceTable();
  const rows = Object.keys(models).map(use => {
    const contextTokens = contextWindow(use);
    return { use, price: modelPrice(use), ...(contextTokens === undefined ? {} : { contextTokens }) };
  });
  return { date, source, note, models: rows };
}
