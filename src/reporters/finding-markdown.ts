import type { Finding, Suggestion } from '../model/review.ts';
import { fencedBlock, markdownBlock } from './markdown-block.ts';
import { codeSpan, markdownInline } from './markdown-inline.ts';
import { rangeText } from './review-words.ts';
import { sanitizeText } from './sanitize.ts';

/** Category, confidence and who found it, on one line: `security · 90 % sure · found by …`. Pure. */
export function findingFacts(finding: Finding): string {
  const sources = finding.source.map(codeSpan).join(', ');
  return [
    finding.category,
    `${Math.round(finding.confidence * 100)} % sure`,
    ...(sources === '' ? [] : [`found by ${sources}`]),
  ].join(' · ');
}

/** The title as one line of Markdown. Pure. */
export function findingTitle(finding: Finding): string {
  return markdownInline(finding.title) || 'untitled';
}

/** Why a finding matters, its evidence and its suggestion, as Markdown blocks to be parted by blank lines. Pure. */
export function findingBlocks(finding: Finding): readonly string[] {
  const { suggestion } = finding;
  return [
    ...(finding.why.trim() === '' ? [] : [markdownBlock(finding.why)]),
    ...(finding.evidence.length === 0 ? [] : [evidenceText(finding.evidence)]),
    ...(suggestion === undefined ? [] : suggestionBlocks(suggestion)),
  ];
}

/**
 * A suggestion as a block that review pages offer to apply. With characters that people cannot see it is shown with
 * them visible and is not offered. Pure.
 */
function suggestionBlocks(suggestion: Suggestion): readonly string[] {
  const text = suggestion.text.replaceAll('\r\n', '\n');
  const lines = `line${suggestion.range[0] === suggestion.range[1] ? '' : 's'} ${rangeText(suggestion.range)}`;
  if (sanitizeText(text) !== text) {
    const warning = `Suggestion for ${lines}, not offered to apply because it holds invisible characters:`;
    return [warning, fencedBlock(sanitizeText(text), 'text')];
  }
  if (text === '') return [`Suggestion: delete ${lines}.`, fencedBlock('', 'suggestion')];
  return [`Suggestion for ${lines}:`, fencedBlock(text, 'suggestion')];
}

function evidenceText(evidence: readonly string[]): string {
  return `Evidence: ${evidence.map(place => evidenceItem(place)).join(', ')}`;
}

/** A place is code; a sentence is text. */
function evidenceItem(text: string): string {
  return /\s/.test(text.trim()) ? markdownInline(text) : codeSpan(text.trim());
}
