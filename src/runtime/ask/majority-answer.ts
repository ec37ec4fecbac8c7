import { canonicalJson } from '../../model/canonical-json.ts';
import type { JsonValue } from '../../model/json.ts';

/** The answers of a vote by what counts as the same: equal JSON, and for text also other case and space around it. Pure. */
export function distinctAnswers(answers: readonly JsonValue[]): readonly JsonValue[] {
  return [...grouped(answers).values()].map(({ first }) => first);
}

/** Whether two answers count as the same. Pure. */
export function isSameAnswer(left: JsonValue, right: JsonValue): boolean {
  return sameKey(left) === sameKey(right);
}

/** The most frequent answer, as it was first given; of equally frequent ones the one that was given first. Pure. */
export function majorityAnswer(answers: readonly JsonValue[]): JsonValue | undefined {
  const groups = [...grouped(answers).values()];
  const most = Math.max(...groups.map(group => group.count));
  return groups.find(group => group.count === most)?.first;
}

function sameKey(answer: JsonValue): string {
  return canonicalJson(typeof answer === 'string' ? answer.trim().toLowerCase() : answer);
}

interface Group {
  readonly first: JsonValue;
  readonly count: number;
}

function grouped(answers: readonly JsonValue[]): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  for (const answer of answers) {
    const same = sameKey(answer);
    const group = groups.get(same);
    groups.set(same, { first: group?.first ?? answer, count: (group?.count ?? 0) + 1 });
  }
  return groups;
}
