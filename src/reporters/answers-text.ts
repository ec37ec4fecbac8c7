import type { Answers, ModelAnswer } from '../model/answers.ts';
import { colorMarkdown } from './color-markdown.ts';
import { jsonText } from './json-text.ts';
import { nestedMarkdown } from './nested-markdown.ts';
import { sanitizeText } from './sanitize.ts';

/** Our headings are of level 2; those of models begin below. */
const LEVELS = 2;
const CUT_OFF =
  '*(The answer was cut off here, at the most tokens that the model may answer with; `--answer-tokens` gives it more.)*';

/**
 * The answers of several models as Markdown that ends in a newline: each under the name of its model, a failure with its
 * reason, then the summary. What a model writes cannot look like a heading of ours. With `terminal` or `color` it is
 * sanitised; for files and pipes it is as the model wrote it. Pure.
 */
export function formatAnswers(
  { answers, summary, failure }: Answers,
  options: { readonly terminal?: boolean; readonly color?: boolean } = {},
): string {
  const sections = answers.map(answerSection);
  if (summary !== null) sections.push(section('Summary', summary));
  if (failure !== undefined) sections.push(section('No summary', failureText(failure)));
  const text = `${sections.join('\n\n')}\n`;
  const shown = options.terminal === true || options.color === true ? sanitizeText(text) : text;
  return options.color === true ? colorMarkdown(shown) : shown;
}

function answerSection(answer: ModelAnswer): string {
  if ('failure' in answer) return section(`${answer.model} failed`, failureText(answer.failure));
  const text = typeof answer.answer === 'string' ? answer.answer : jsonText(answer.answer, 2);
  return section(answer.model, answer.cutOff === true ? `${text}\n\n${CUT_OFF}` : text);
}

function section(heading: string, text: string): string {
  const title = sanitizeText(heading, { keepNewlines: false });
  return `## ${title}\n\n${nestedMarkdown(text.replaceAll('\r\n', '\n').trim(), LEVELS)}`;
}

function failureText({ code, message }: { readonly code: string; readonly message: string }): string {
  return `${code}: ${message}`;
}
