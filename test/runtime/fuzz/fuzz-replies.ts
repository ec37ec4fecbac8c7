import type { Dice } from './dice.ts';
import { type FuzzTarget, fuzzRun } from './fuzz-run.ts';
import { randomTarget } from './fuzz-targets.ts';

/** What came of many runs. `broken` has the laws that did not hold, with the crew and the seed of the run. */
export interface FuzzTally {
  replies: number;
  facts: number;
  runs: number;
  resumes: number;
  transitions: number;
  randomCrews: number;
  /** Random crews that the check refused. */
  refused: number;
  /** How often what moved a run on, by kind. */
  readonly moved: { [kind: string]: number };
  readonly ends: { [outcome: string]: number };
  readonly broken: string[];
}

/** How often a random crew is run before the next one is made. */
const RUNS_OF_A_CREW = 12;
const MOST_BROKEN = Number(process.env.FUZZ_BROKEN ?? 5);

/** Runs known and random crews in turn until so many replies were given. */
export function fuzzReplies(options: {
  readonly replies: number;
  readonly known: readonly FuzzTarget[];
  readonly dice: Dice;
}): FuzzTally {
  const { replies, known, dice } = options;
  const tally: FuzzTally = {
    replies: 0,
    facts: 0,
    runs: 0,
    resumes: 0,
    transitions: 0,
    randomCrews: 0,
    refused: 0,
    moved: {},
    ends: {},
    broken: [],
  };
  while (tally.replies < replies && tally.broken.length < MOST_BROKEN) {
    const random = randomTarget(dice.fork());
    if (random === undefined) {
      tally.refused += 1;
      continue;
    }
    tally.randomCrews += 1;
    for (let nth = 0; nth < RUNS_OF_A_CREW; nth += 1) runOnce(random, dice.fork(), tally);
    for (let nth = 0; nth < 4 && known.length > 0; nth += 1) runOnce(dice.pick(known), dice.fork(), tally);
  }
  return tally;
}

function runOnce(target: FuzzTarget, dice: Dice, tally: FuzzTally): void {
  tally.runs += 1;
  try {
    const { replies, facts, resumes, transitions, moved, end } = fuzzRun(target, dice);
    tally.replies += replies;
    tally.facts += facts.length;
    tally.resumes += resumes;
    tally.transitions += transitions;
    for (const kind of moved) tally.moved[kind] = (tally.moved[kind] ?? 0) + 1;
    tally.ends[end] = (tally.ends[end] ?? 0) + 1;
  } catch (error) {
    tally.broken.push(`${target.name}, seed ${dice.seed}: ${(error as Error).stack ?? String(error)}`);
  }
}
