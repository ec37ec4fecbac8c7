import type { ModelPrice, ModelTerms } from '../model/fact.ts';
import { nextModelKey } from '../model/fallback-key.ts';

/** The terms that bound a call to any model of one alias, and how many models that are. */
export interface AliasTerms {
  readonly terms: ModelTerms | undefined;
  readonly models: number;
}

/**
 * What the plan counts with for an alias: of the models that may answer, the longest answer, the widest window and the
 * dearest prices. Behind a model that goes by rules none is asked, because it does not fail. Pure.
 */
export function aliasTerms(known: ReadonlyMap<string, ModelTerms>, key: string): AliasTerms {
  const first = known.get(key);
  if (first === undefined || first.rules !== undefined) return { terms: first, models: 1 };
  const all = [first, ...laterTerms(known, key)];
  return { terms: all.length === 1 ? first : dearestTerms(first, all), models: all.length };
}

function laterTerms(known: ReadonlyMap<string, ModelTerms>, key: string): readonly ModelTerms[] {
  const next = nextModelKey(key);
  const terms = next === undefined ? undefined : known.get(next);
  return next === undefined || terms === undefined ? [] : [terms, ...laterTerms(known, next)];
}

function dearestTerms(first: ModelTerms, all: readonly ModelTerms[]): ModelTerms {
  const { contextTokens: _own, ...rest } = first;
  const windows = all.map(({ contextTokens }) => contextTokens ?? Number.POSITIVE_INFINITY);
  const contextTokens = Math.max(...windows);
  const prices = all.flatMap(({ languageModel, price }) => (languageModel ? [price] : []));
  return {
    ...rest,
    maxTokens: Math.max(...all.map(({ maxTokens }) => maxTokens)),
    languageModel: prices.length > 0,
    price: dearestPrice(prices),
    ...(contextTokens === Number.POSITIVE_INFINITY ? {} : { contextTokens }),
  };
}

function dearestPrice(prices: readonly (ModelPrice | null)[]): ModelPrice | null {
  const known = prices.filter(price => price !== null);
  if (known.length < prices.length || known.length === 0) return null;
  return {
    inputMicroUsd: Math.max(...known.map(price => price.inputMicroUsd)),
    cachedInputMicroUsd: Math.max(...known.map(price => price.cachedInputMicroUsd)),
    outputMicroUsd: Math.max(...known.map(price => price.outputMicroUsd)),
  };
}
