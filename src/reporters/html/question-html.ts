import type { PersonQuestion } from '../../model/person-question.ts';
import { escapeHtml } from './escape-html.ts';
import { markdownHtml } from './markdown-html.ts';
import type { Paper } from './paper.ts';
import { valueHtml } from './value-html.ts';

/** What a person is asked: the question with its choices, or the call with exactly its arguments. Pure but for the paper. */
export function questionHtml(question: PersonQuestion, paper: Paper): string {
  if (question.kind === 'question') {
    const choices = question.choices.map(choice => `<span class="pill calm">${escapeHtml(choice)}</span>`);
    return `${paper.text(question.text, markdownHtml)}${choices.length === 0 ? '' : `<p>${choices.join(' ')}</p>`}`;
  }
  const asks = question.kind === 'approval' ? 'May it call' : 'Was this done or not:';
  return `<p>${asks} <code class="tool">${escapeHtml(question.tool)}</code></p>${valueHtml(question.args, paper)}<p class="muted">sha256 of the arguments: <code>${escapeHtml(question.argsHash)}</code></p>`;
}
