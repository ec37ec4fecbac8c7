import { escapeHtml } from './escape-html.ts';
import type { Paper } from './paper.ts';

/** The name of a role in its colour, which is the same everywhere on the page. Pure but for the paper. */
export function roleChip(role: string, paper: Paper): string {
  return `<span class="role hue-${paper.hue(role)}">${escapeHtml(role, { line: true })}</span>`;
}

/** Words of ours in one line, with what stands in backticks as code; foreign parts of them are text. Pure. */
export function wordsHtml(words: string): string {
  return escapeHtml(words, { line: true }).replace(/`([^`]{1,100})`/g, '<code>$1</code>');
}

/** The path of a phase. Pure. */
export function phaseChip(phase: string): string {
  return `<span class="phase">${escapeHtml(phase, { line: true })}</span>`;
}

/** An outcome in its colour. Pure. */
export function outcomePill(words: string, tone: 'good' | 'bad' | 'wait' | 'calm'): string {
  return `<span class="pill ${tone}">${escapeHtml(words, { line: true })}</span>`;
}

/** A failure with its code. Pure. */
export function failureHtml({ code, message }: { readonly code: string; readonly message: string }): string {
  return `<p class="failure"><b>${escapeHtml(code)}</b> ${escapeHtml(message)}</p>`;
}
