import { escapeHtml } from './escape-html.ts';

const HUES = 8;

/** The name of a role in its colour, which is the same everywhere. Pure. */
export function roleChip(role: string): string {
  return `<span class="role hue-${hueOf(role)}">${escapeHtml(role, { line: true })}</span>`;
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

function hueOf(name: string): number {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return hash % HUES;
}
