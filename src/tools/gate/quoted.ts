import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { Tool } from '../../ports/tool.ts';
import { countArgument } from '../arguments.ts';
import { type ComparableText, comparableText, findQuote, type QuotePlace } from './find-quote.ts';
import { gateVerdict } from './gate-verdict.ts';
import { inShort, itemsArgument, ownText, ownTexts } from './items-argument.ts';
import { GATE_QUOTED } from './specs.ts';

/** Shorter quotes stand in nearly every text and prove nothing. Letters and digits. */
const DEFAULT_MIN_LENGTH = 12;

type Sources = ReadonlyMap<string, ComparableText>;

/** A quote that was found: of which claim, in which source, and where. */
interface FoundQuote extends QuotePlace {
  readonly claim: number;
  readonly source: string;
}

/**
 * `gate.quoted`: every claim cites a known source, or a turn of `thread`, and has a quote that stands in it word for word;
 * see `comparableText` for what does not count. No claim at all does not pass, because nothing would have been gated. That a quote bears its
 * claim out is not seen by this gate. Fails with TOOL_ARGUMENTS. Deterministic; changes nothing.
 */
export const gateQuoted: Tool = {
  spec: GATE_QUOTED,
  async call(args) {
    const claims = itemsArgument(args, 'claims');
    const given = [...itemsArgument(args, 'sources'), ...itemsArgument(args, 'thread').map(turnSource)];
    const minLength = countArgument(args, 'min_length') ?? DEFAULT_MIN_LENGTH;
    const sources: Sources = new Map(
      given.map(source => [ownText(source, 'id'), comparableText(textOf(source))]),
    );
    const reasons = [
      ...(claims.length === 0 ? ['there is no claim'] : []),
      ...repeatedIds(given).map(id => `the id \`${id}\` stands for more than one source`),
    ];
    const places: FoundQuote[] = [];
    for (const [index, claim] of claims.entries()) {
      const judged = judgeClaim(claim, sources, minLength);
      const name = `claim ${index + 1}, ${inShort(ownText(claim, 'text'))},`;
      reasons.push(...judged.problems.map(problem => `${name} ${problem}`));
      if (judged.place !== undefined) places.push({ claim: index + 1, ...judged.place });
    }
    return gateVerdict(reasons, { checked: claims.length, places: places.map(place => ({ ...place })) });
  },
};

interface Judged {
  readonly problems: readonly string[];
  readonly place?: QuotePlace & { readonly source: string };
}

function judgeClaim(claim: JsonObject, sources: Sources, minLength: number): Judged {
  const cited = [...new Set([ownText(claim, 'source'), ...ownTexts(claim, 'sources')])].filter(
    id => id !== '',
  );
  const quote = ownText(claim, 'quote');
  const unknown = cited.filter(id => !sources.has(id));
  const problems = [
    ...(ownText(claim, 'text') === '' ? ['says nothing'] : []),
    ...(cited.length === 0 ? ['cites no source'] : []),
    ...unknown.map(id => `cites \`${id}\`, which is no source`),
    ...(quote === '' ? ['has no quote'] : []),
  ];
  if (quote === '' || cited.length === unknown.length) return { problems };
  for (const source of cited) {
    const text = sources.get(source);
    const place = text === undefined ? undefined : findQuote(text, quote);
    if (text === undefined || place === undefined) continue;
    const isTooShort = lettersOf(quote) < Math.min(minLength, lettersOf(text.text));
    if (isTooShort) return { problems: [...problems, `has a quote that is too short: ${inShort(quote)}`] };
    return { problems, place: { source, ...place } };
  }
  const where = cited.map(id => `\`${id}\``).join(', ');
  return { problems: [...problems, `has a quote that does not stand in ${where}: ${inShort(quote)}`] };
}

/** A turn of a conversation as a source; the texts of a reply that has several stand one a line. */
function turnSource({ turn, reply }: JsonObject): JsonObject {
  return { id: `turn ${turn}`, text: textsIn(reply ?? null).join('\n') };
}

function textsIn(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(inside => textsIn(inside as JsonValue));
}

/** With the blanks at its ends, because places count from there. */
function textOf(source: JsonObject): string {
  return typeof source.text === 'string' ? source.text : '';
}

function lettersOf(text: string): number {
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}

function repeatedIds(sources: readonly JsonObject[]): readonly string[] {
  const ids = sources.map(source => ownText(source, 'id'));
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}
