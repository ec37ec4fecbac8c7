/** Why a message may never be evicted. */
type Pin = 'system' | 'task' | 'open calls' | 'recent';

/** One message of a conversation. Those of one group stay or go together. */
export interface ContextItem {
  readonly tokens: number;
  readonly group: number;
  readonly pin?: Pin;
  /** It stands for messages that were evicted before. */
  readonly isSummary?: boolean;
}

/** How much room there is. Shares are of the window. */
export interface ContextLimits {
  /** The most input tokens of one call. */
  readonly window: number;
  /** What is sent beside the messages: tools, and the schema of the answer. */
  readonly fixedTokens: number;
  readonly warnAt: number;
  readonly compactAt: number;
  readonly downTo: number;
  /** The most that a summary takes. */
  readonly summaryTokens: number;
}

/** Less does not hold the words around a summary; what would give way to it may as well stay. */
const LEAST_SUMMARY_TOKENS = 80;

/** The shares that hold where nobody says otherwise. */
export const CONTEXT_SHARES = { warnAt: 0.7, compactAt: 0.9, downTo: 0.6 } as const;

/**
 * What is to be done before a call. `fits`: nothing, but for a warning. `compact`: the messages at these places go, and a
 * summary of at most `summaryTokens` comes in their place; `left` is what is sent then, and `why` says what keeps it from
 * being less than the share at which it was compacted, if something does. `stuck`: nothing is left that may go.
 */
export type ContextDecision =
  | { readonly type: 'fits'; readonly used: number; readonly warn: boolean }
  | {
      readonly type: 'compact';
      readonly used: number;
      readonly evict: readonly number[];
      readonly summaryTokens: number;
      readonly left: number;
      readonly why?: string;
    }
  | { readonly type: 'stuck'; readonly used: number; readonly why: string };

/**
 * Decides what of a conversation stays in a context. Oldest first, groups whole, pins never; what was summed up before goes
 * into the next summary. Each compaction leaves less than there was, so they come to an end. Pure.
 * @see arXiv 2310.08560 §2 (MemGPT): warning, eviction, recursive summary
 */
export function decideContext(items: readonly ContextItem[], limits: ContextLimits): ContextDecision {
  const { window, fixedTokens, warnAt, compactAt, downTo } = limits;
  const used = items.reduce((sum, { tokens }) => sum + tokens, fixedTokens);
  if (used < compactAt * window) return { type: 'fits', used, warn: used >= warnAt * window };
  const groups = evictableGroups(items);
  const chosen: number[] = items.flatMap(({ isSummary }, at) => (isSummary === true ? [at] : []));
  let gone = tokensAt(items, chosen);
  let summaryTokens = summaryOf(gone, limits);
  let isMore = false;
  for (const places of groups) {
    if (isMore && used - gone + summaryTokens <= downTo * window) break;
    isMore = true;
    chosen.push(...places);
    gone += tokensAt(items, places);
    summaryTokens = summaryOf(gone, limits);
  }
  if (!isMore || summaryTokens < LEAST_SUMMARY_TOKENS)
    return { type: 'stuck', used, why: reasonOf(items, limits, used) };
  const left = used - gone + summaryTokens;
  const evict = chosen.toSorted((one, other) => one - other);
  if (left < compactAt * window) return { type: 'compact', used, evict, summaryTokens, left };
  return { type: 'compact', used, evict, summaryTokens, left, why: reasonOf(items, limits, left) };
}

/** A summary is never longer than half of what it stands for, or nothing would be gained. */
function summaryOf(gone: number, { summaryTokens }: ContextLimits): number {
  return Math.min(summaryTokens, Math.floor(gone / 2));
}

function tokensAt(items: readonly ContextItem[], places: readonly number[]): number {
  return places.reduce((sum, at) => sum + (items[at]?.tokens ?? 0), 0);
}

/** The places of each group that may go, oldest first. */
function evictableGroups(items: readonly ContextItem[]): readonly (readonly number[])[] {
  const groups = Map.groupBy(items.keys(), at => items[at]?.group ?? at);
  return [...groups.values()].filter(places =>
    places.every(at => items[at]?.pin === undefined && items[at]?.isSummary !== true),
  );
}

const WORDS: Readonly<Record<Pin, string>> = {
  system: 'what the system says',
  task: 'the task',
  'open calls': 'calls without an answer',
  recent: 'the last messages',
};

function reasonOf(
  items: readonly ContextItem[],
  { window, fixedTokens }: ContextLimits,
  used: number,
): string {
  const pins = Object.keys(WORDS) as Pin[];
  const held = new Map(items.map(({ group, pin }) => [group, pin] as const).filter(([, pin]) => pin));
  const pinned = pins.flatMap(pin => {
    const tokens = items.reduce((sum, item) => {
      const own = item.pin ?? held.get(item.group);
      return own === pin ? sum + item.tokens : sum;
    }, 0);
    return tokens === 0 ? [] : [`${WORDS[pin]} ${tokens}`];
  });
  const parts = fixedTokens === 0 ? pinned : [...pinned, `tools and schema ${fixedTokens}`];
  return `about ${used} of ${window} tokens are left, because what may not go takes: ${parts.join(', ')}`;
}
