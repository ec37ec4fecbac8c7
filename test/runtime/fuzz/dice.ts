/** Chance from a seed: the same seed throws the same dice, on every machine. */
export interface Dice {
  /** A whole number from 0 up to, not including, `below`. */
  readonly below: (below: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <Item>(items: readonly Item[]) => Item;
  /** Dice of their own, so that one run can be thrown again without those before it. */
  readonly fork: () => Dice;
  readonly seed: number;
}

/** Dice after the generator `xorshift32`. */
export function createDice(seed: number): Dice {
  let word = (Math.imul(seed ^ (seed >>> 16), 0x85ebca6b) ^ 0x9e3779b9) >>> 0 || 1;
  const next = (): number => {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    word >>>= 0;
    return word;
  };
  for (let warm = 0; warm < 8; warm += 1) next();
  return {
    seed,
    below: below => next() % below,
    chance: probability => next() < probability * 0x1_0000_0000,
    pick: items => {
      const item = items[next() % items.length];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    fork: () => createDice(next()),
  };
}
