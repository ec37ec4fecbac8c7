import type { RunRecord } from '../../model/run-record.ts';
import { momentText } from '../moment-text.ts';
import { outcomePill, phaseChip } from './chips-html.ts';
import { escapeHtml } from './escape-html.ts';
import { markdownHtml } from './markdown-html.ts';
import type { Paper } from './paper.ts';
import { questionHtml } from './question-html.ts';

/** What people were asked, what they said, and what still waits for them. Pure but for the paper. */
export function peopleHtml({ answers, questions }: RunRecord, paper: Paper): string {
  const waiting = questions.map(
    ({ phase, question }) =>
      `<article class="say person"><header>${outcomePill('waits for an answer', 'wait')}${phaseChip(phase)}</header><div class="text">${questionHtml(question, paper)}</div></article>`,
  );
  const said = answers.map(({ phase, question, by, choice, text, at, seq }) => {
    const chosen = choice === null ? '' : `<p><span class="pill calm">${escapeHtml(choice)}</span></p>`;
    const words = text === null ? '' : paper.text(text, markdownHtml);
    return `<article class="say person"><header>${phaseChip(phase)}<span class="facts"><a href="#f${seq}">fact ${seq}</a> · ${escapeHtml(momentText(at))} UTC</span></header><div class="text">${questionHtml(question, paper)}<p><b>${escapeHtml(by, { line: true })}</b> said:</p>${chosen}${words}</div></article>`;
  });
  return [...waiting, ...said].join('');
}
