import type { LessonRecord } from '../../model/memory.ts';
import { chanceOfMore, type Tally } from './chance-of-more.ts';

/** How the first trials of a phase came out with a lesson, and those without it. */
export interface LessonFigures {
  readonly with: Tally;
  readonly without: Tally;
  /** The probability that the lesson makes first trials pass more often. */
  readonly helps: number;
}

/** After so many uses a lesson that does harm is retired, if that is nearly sure. */
const HARM_USES = 3;
const HARM_CHANCE = 0.1;
/** A lesson that is likely to do harm is not given as many chances as one of which little is known. */
const DOUBT_USES = 6;
const DOUBT_CHANCE = 0.2;
/** After so many uses a lesson must have helped. */
const PROOF_USES = 12;
const PROOF_CHANCE = 0.5;

/** What the counts of a lesson and of its phase say. Pure. */
export function figuresOf(withLesson: Tally, without: Tally): LessonFigures {
  return { with: withLesson, without, helps: chanceOfMore(withLesson, without) };
}

/**
 * Why a lesson is to be retired, or undefined while it may stay: it harms (after 3 uses that is nearly sure, after 6 likely),
 * or 12 uses have not made it more likely than not that it helps. One that a person has pinned stays. Pure.
 */
export function reasonToRetire(
  figures: LessonFigures,
  { pinned }: Pick<LessonRecord, 'pinned'>,
): string | undefined {
  if (pinned) return undefined;
  const { helps } = figures;
  const uses = usesOf(figures);
  const harms = (uses >= HARM_USES && helps <= HARM_CHANCE) || (uses >= DOUBT_USES && helps <= DOUBT_CHANCE);
  if (!harms && !(uses >= PROOF_USES && helps < PROOF_CHANCE)) return undefined;
  return `${harms && isWorse(figures) ? 'it does harm' : 'it does not help'}: ${figuresText(figures)}`;
}

/** What passes as seldom without a lesson is not harmed by it. */
function isWorse({ with: own, without }: LessonFigures): boolean {
  const [uses, others] = [own.passes + own.fails, without.passes + without.fails];
  return uses > 0 && others > 0 && own.passes * others < without.passes * uses;
}

/** So few trials on one side say nothing of what lessons do. */
const FEW = 3;

/** Whether there are too few trials, with lessons or without, to say whether they help. Pure. */
export function areTooFew(own: Tally, without: Tally): boolean {
  return [own, without].some(({ passes, fails }) => passes + fails < FEW);
}

/** Why a lesson is used, or not used any more, with its figures, in one or two sentences. Pure. */
export function whyLesson(
  { state, lesson }: { readonly state: string; readonly lesson: LessonRecord },
  figures: LessonFigures,
): string {
  if (lesson.pinned) return `A person has pinned it. Its figures: ${figuresText(figures)}.`;
  if (state === 'retired') return `Retired, because ${lesson.retiredFor ?? 'a person said so'}.`;
  if (usesOf(figures) === 0) return 'Not used yet, so nothing is known of what it does.';
  if (areTooFew(figures.with, figures.without))
    return `In use: ${timesText(figures)}; too few to say whether it helps.`;
  return `In use: ${figuresText(figures)}.`;
}

/** The figures of a lesson in words: `first trials passed with it 9 of 12 times, without it 4 of 20; it helps with a probability of 99 %`. Pure. */
function figuresText(figures: LessonFigures): string {
  return `${timesText(figures)}; it helps with a probability of ${Math.round(figures.helps * 100)} %`;
}

function timesText({ with: own, without }: LessonFigures): string {
  return `first trials passed with it ${timesOf(own)}, without it ${timesOf(without)}`;
}

function usesOf({ with: { passes, fails } }: LessonFigures): number {
  return passes + fails;
}

function timesOf({ passes, fails }: Tally): string {
  return `${passes} of ${passes + fails} times`;
}
