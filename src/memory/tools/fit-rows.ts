import { approximateTokens } from '../../model/approximate-tokens.ts';
import { cutToTokens } from '../../model/cut-to-tokens.ts';
import type { JsonObject } from '../../model/json.ts';

/** Less is no text that one could use. */
const LEAST_TEXT_TOKENS = 20;

/** About how many tokens a value takes as a result of a tool. Pure. */
export function rowTokens(row: JsonObject): number {
  return approximateTokens(JSON.stringify(row));
}

/**
 * As many rows as take at most about so many tokens, in their order. A row that does not fit whole has its `key` cut when
 * enough of it is left, and then `cut` of it is true where the row has a `cut`; what comes after it is left out. Pure.
 */
export function fitRows<Row extends JsonObject>(
  rows: readonly Row[],
  { key, maxTokens }: { readonly key: keyof Row & string; readonly maxTokens: number },
): readonly Row[] {
  const fitting: Row[] = [];
  let left = maxTokens;
  for (const row of rows) {
    const tokens = rowTokens(row);
    if (tokens <= left) {
      fitting.push(row);
      left -= tokens;
      continue;
    }
    const cut = cutRow(row, key, left);
    if (cut !== undefined) fitting.push(cut);
    break;
  }
  return fitting;
}

function cutRow<Row extends JsonObject>(row: Row, key: keyof Row & string, left: number): Row | undefined {
  const text = row[key];
  if (typeof text !== 'string') return undefined;
  let room = left - rowTokens({ ...row, [key]: '' });
  // What is quoted in JSON may take more than the text by itself.
  while (room >= LEAST_TEXT_TOKENS) {
    const mark = Object.hasOwn(row, 'cut') ? { cut: true } : {};
    const cut = { ...row, [key]: cutToTokens(text, room), ...mark };
    if (rowTokens(cut) <= left) return cut;
    room = Math.floor(room * 0.8);
  }
  return undefined;
}
