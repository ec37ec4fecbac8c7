import type { JsonObject, JsonValue } from '../model/json.ts';
import { extractSummary, proseOf } from './extract-summary.ts';
import { isList, isObject } from './schema-fit.ts';

const SENTENCES = 2;
/** What holds no prose is quoted from its beginning. */
const LONGEST_QUOTE = 200;

/**
 * What several models said to one question, word for word and each with its name behind it: a line for each of the lists
 * of `{ model, answer }` and `{ model, failure }` among the values. None when there is no such list. Pure.
 */
export function answerLines(values: JsonObject): readonly string[] {
  return Object.values(values).flatMap(value => {
    if (!isList(value) || value.length === 0 || !value.every(isAnswer)) return [];
    return value.map(item => answerLine(item as JsonObject));
  });
}

function isAnswer(value: JsonValue): boolean {
  if (!isObject(value) || typeof value.model !== 'string') return false;
  return Object.hasOwn(value, 'answer') || isObject(value.failure);
}

function answerLine({ model, answer, failure }: JsonObject): string {
  if (isObject(failure)) return `- \`${String(model)}\` failed: ${String(failure.code)}`;
  return `- ${quoteOf(answer ?? null)} [${String(model)}]`;
}

function quoteOf(answer: JsonValue): string {
  const prose = extractSummary(proseOf(answer), SENTENCES);
  if (prose !== '') return prose;
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return text.replace(/\s+/g, ' ').trim().slice(0, LONGEST_QUOTE).toWellFormed();
}
