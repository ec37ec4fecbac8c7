import { checkName, checksOf, isOpinion } from '../../model/checks.ts';
import { MAX_LESSON_LENGTH } from '../../model/limits.ts';
import type { Check, Evaluator } from '../../model/reflection.ts';
import type { TrialCheck } from '../../model/run-event.ts';
import type { Verdict } from './run-check.ts';

/** The verdict of one check, by its place in the file. */
export interface CheckVerdict extends Verdict {
  readonly index: number;
}

/** What all checks of a trial came to. `rank` orders trials, compared from its front; absent for a single check. */
export interface TrialVerdict extends Verdict {
  readonly checks: readonly TrialCheck[];
  readonly rank?: readonly number[];
}

/** More than the words around what one check said. */
const HEAD_LENGTH = 40;

/** The place of the check that is next: first what decides, in the order of the file, then opinions. Pure. */
export function nextCheck(evaluator: Evaluator, done: readonly CheckVerdict[]): number | undefined {
  const places = [...checksOf(evaluator).entries()];
  const deciding = places.filter(([, check]) => !isOpinion(check));
  const opinions = places.filter(([, check]) => isOpinion(check));
  // An opinion cannot save what something else has refused, so it is not paid for.
  const order = done.some(({ passed, index }) => !passed && isDeciding(evaluator, index))
    ? deciding
    : [...deciding, ...opinions];
  return order[done.length]?.[0];
}

/**
 * Sums up what the checks of a trial said: it passes when all of them pass. The score is the mean of those that decide, or of
 * the roles where nothing else judges; roles only order trials that are equal to everything else. Pure.
 */
export function sumVerdicts(evaluator: Evaluator, done: readonly CheckVerdict[]): TrialVerdict {
  const verdicts = done.toSorted((left, right) => left.index - right.index);
  const all = checksOf(evaluator);
  const checks = verdicts.map(({ index, passed, score }) => ({ name: nameAt(all, index), passed, score }));
  const [only] = verdicts;
  if (evaluator.kind !== 'all' && only !== undefined) {
    const { passed, score, feedback } = only;
    return { passed, score, feedback, checks };
  }
  const deciding = verdicts.filter(({ index }) => isDeciding(evaluator, index));
  const opinions = verdicts.filter(({ index }) => !isDeciding(evaluator, index));
  const holds = deciding.every(({ passed }) => passed);
  return {
    passed: verdicts.every(({ passed }) => passed),
    score: meanScore(deciding.length > 0 ? deciding : opinions),
    feedback: feedbackOf(all, verdicts),
    checks,
    rank: [holds ? 1 : 0, meanScore(deciding), meanScore(opinions)],
  };
}

/** Above 0 when the first is the better trial, 0 when they are equal. Pure. */
export function compareTrials(
  left: Pick<TrialVerdict, 'score' | 'rank'>,
  right: Pick<TrialVerdict, 'score' | 'rank'>,
): number {
  const others = right.rank ?? [right.score];
  for (const [place, value] of (left.rank ?? [left.score]).entries()) {
    const other = others[place] ?? 0;
    if (value !== other) return value - other;
  }
  return 0;
}

function isDeciding(evaluator: Evaluator, index: number): boolean {
  const check = checksOf(evaluator)[index];
  return check !== undefined && !isOpinion(check);
}

function nameAt(checks: readonly Check[], index: number): string {
  const check = checks[index];
  return check === undefined ? String(index) : checkName(check);
}

/** Sums of decimals are not what they look like, so digits that nobody gave are dropped. */
function meanScore(verdicts: readonly CheckVerdict[]): number {
  if (verdicts.length === 0) return 0;
  const sum = verdicts.reduce((total, { score }) => total + score, 0);
  return Number((sum / verdicts.length).toPrecision(6));
}

/** Every check by its name; those that did not pass share the room. */
function feedbackOf(all: readonly Check[], verdicts: readonly CheckVerdict[]): string {
  const failed = verdicts.filter(({ passed }) => !passed);
  const names = all.map((_, index) => `${index + 1}. ${nameAt(all, index).slice(0, 80).toWellFormed()}`);
  const words = names.join('').length + names.length * HEAD_LENGTH;
  const room = Math.max(0, Math.floor((MAX_LESSON_LENGTH - words) / Math.max(1, failed.length)));
  const rows = names.map((name, index) => {
    const verdict = verdicts.find(each => each.index === index);
    if (verdict === undefined) return `${name}: not judged`;
    if (verdict.passed) return `${name}: passed`;
    return `${name}: did not pass\n${verdict.feedback.slice(0, room).toWellFormed().trimEnd()}`;
  });
  return rows.join('\n').slice(0, MAX_LESSON_LENGTH).toWellFormed();
}
