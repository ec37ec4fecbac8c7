import type { ChartEdge } from '../model/chart.ts';

/** The way that a run went: visits and how the last of them came out, by phase; and how often a way was taken, by `wayKey`. */
export interface Walk {
  /** The name of the arrow head, which no other drawing on the page may have. */
  readonly arrow: string;
  readonly visits: ReadonlyMap<
    string,
    { readonly count: number; readonly state: 'done' | 'failed' | 'open' }
  >;
  readonly ways: ReadonlyMap<string, number>;
}

/** What a way between two phases is known by. Pure. */
export function wayKey({ from, to, via }: Pick<ChartEdge, 'from' | 'to' | 'via'>): string {
  return JSON.stringify([from, to, via]);
}
