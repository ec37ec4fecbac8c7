import type { Answers } from '../model/answers.ts';

/** Whether a result is what several models answered to one question: these keys and no others, each of its kind. Pure. */
export function isAnswers(value: unknown): value is Answers {
  if (!isObject(value) || !hasOnly(value, ['question', 'answers', 'summary', 'failure'])) return false;
  const { question, answers, summary, failure } = value;
  return (
    typeof question === 'string' &&
    Array.isArray(answers) &&
    answers.every(isModelAnswer) &&
    (summary === null || typeof summary === 'string') &&
    (failure === undefined || isFailure(failure))
  );
}

function isModelAnswer(value: unknown): boolean {
  if (!isObject(value) || typeof value.model !== 'string') return false;
  if (Object.hasOwn(value, 'failure'))
    return hasOnly(value, ['model', 'failure']) && isFailure(value.failure);
  return Object.hasOwn(value, 'answer') && hasOnly(value, ['model', 'answer', 'cutOff']);
}

function isFailure(value: unknown): boolean {
  return isObject(value) && typeof value.code === 'string' && typeof value.message === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasOnly(value: object, keys: readonly string[]): boolean {
  return Object.keys(value).every(key => keys.includes(key));
}
