import type { ModelPrice } from '../model/fact.ts';
import { shellWord } from '../model/shell-word.ts';
import { formatCount } from './amounts.ts';
import { paint } from './paint.ts';
import { sanitizeText } from './sanitize.ts';
import { textTable } from './text-table.ts';

/** The models that can be asked, and what `auto` stands for. */
export interface ModelsListing {
  /** What `auto` stands for here, and why. */
  readonly auto: { readonly use: string; readonly reason: string };
  readonly prices: { readonly date: string; readonly source: string; readonly note: string };
  readonly models: readonly ListedModel[];
  readonly local: readonly LocalModels[];
  /** What keeps servers of this machine from being used, a sentence each. */
  readonly troubles: readonly string[];
}

/** A model of a provider; `missing` is the variable without which it cannot be asked, null when nothing is missing. */
interface ListedModel {
  readonly use: string;
  readonly contextTokens?: number;
  readonly price: ModelPrice | null;
  readonly missing: string | null;
}

interface LocalModels {
  readonly name: string;
  /** What stands before the colon of its models. */
  readonly provider: string;
  readonly url: string;
  readonly models: readonly string[];
  /** The first that can chat; absent when none can. */
  readonly chats?: string;
  /** Those that cannot, such as models that make vectors. */
  readonly cannotChat?: readonly string[];
}

/** A listing of models for people. Prices are US dollars for a million tokens. Pure. */
export function formatModels(
  { auto, prices, models, local, troubles }: ModelsListing,
  { color, columns }: { readonly color: boolean; readonly columns: number },
): string {
  const title = (text: string): string => paint(text, 'bold', color);
  const head = ['model', 'context', 'in', 'cached', 'out', ''];
  const rows = models.map(({ use, contextTokens, price, missing }) => [
    use,
    contextTokens === undefined ? '' : formatCount(contextTokens).replace('.0', ''),
    ...priceCells(price),
    missing === null ? 'ready' : `needs ${missing}`,
  ]);
  const [heading = '', ...table] = textTable([head, ...rows], { right: [1, 2, 3, 4], indent: 2, columns });
  const day = `prices of ${prices.date}: ${prices.source}`;
  const reason = sanitizeText(`${auto.use}: ${auto.reason}`, { keepNewlines: false });
  return [
    `${title('auto')} stands for ${reason}`,
    '',
    title('Providers'),
    paint(heading, 'dim', color),
    ...table,
    paint(`  ${day}; other models run too, their price unknown`, 'dim', color),
    paint(`  ${prices.note}`, 'dim', color),
    '',
    title('This machine'),
    ...localLines(local, columns),
    ...troubles.map(text => `  ${sanitizeText(text, { keepNewlines: false })}`),
    '  offline   answers by rules and is no language model; free, nothing to install',
    '',
  ].join('\n');
}

function priceCells(price: ModelPrice | null): readonly string[] {
  if (price === null) return ['', '', ''];
  const dollars = (microUsd: number): string => (microUsd / 1_000_000).toFixed(3).replace(/0$/, '');
  return [price.inputMicroUsd, price.cachedInputMicroUsd, price.outputMicroUsd].map(dollars);
}

function localLines(local: readonly LocalModels[], columns: number): readonly string[] {
  if (local.length === 0) return ['  no model server answers at the usual ports'];
  return local.flatMap(({ name, provider, url, models, chats, cannotChat = [] }) => [
    ...textTable([[`${name} at ${url}`]], { indent: 2, columns }),
    ...textTable(
      models.map(model => [`${provider}:${model}`, cannotChat.includes(model) ? 'cannot chat' : '']),
      { indent: 4, columns },
    ),
    ...(chats === undefined
      ? []
      : textTable([[`use one: crew run FILE --model ${shellWord(`${provider}:${chats}`)}`]], {
          indent: 4,
          columns: Number.POSITIVE_INFINITY,
        })),
  ]);
}
