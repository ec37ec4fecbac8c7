import { type FindingSeverity, SEVERITIES } from '../../model/review.ts';
import type { DraftFinding } from './draft-finding.ts';

const SIMILAR = 0.5;
const MAX_JOINED_WHY = 600;

/** Findings without repetitions, and how many were folded into another. */
export interface MergedFindings {
  readonly findings: readonly DraftFinding[];
  readonly duplicates: number;
}

/**
 * Folds findings that say the same: same path, overlapping lines, and the same rule or the same category with a
 * similar title. Tools speak before agents, then the more confident one; severity and confidence are the highest,
 * sources and evidence are united. Deterministic for any order of the input up to ties. Pure.
 */
export function mergeDuplicates(drafts: readonly DraftFinding[]): MergedFindings {
  const byPath = new Map<string, DraftFinding[]>();
  for (const draft of [...drafts].sort(speaksFirst)) {
    const kept = byPath.get(draft.path) ?? [];
    byPath.set(draft.path, kept);
    const index = kept.findIndex(other => saysTheSame(other, draft));
    const twin = kept[index];
    if (twin === undefined) kept.push({ ...draft, source: orderedSources(draft.source) });
    else kept[index] = fold(twin, draft);
  }
  const findings = [...byPath.values()].flat();
  return { findings, duplicates: drafts.length - findings.length };
}

/** Folds `other` into `main`, which keeps its lines and words. Pure. */
export function fold(main: DraftFinding, other: DraftFinding): DraftFinding {
  const suggestion =
    (other.confidence > main.confidence ? other.suggestion : undefined) ??
    main.suggestion ??
    other.suggestion;
  // Of two muted ones the reason stays; a finding that one side stands by is not muted.
  const { muted, ...rest } = main;
  return {
    ...rest,
    why: joinedWhy(main, other),
    severity: worse(main.severity, other.severity),
    confidence: Math.max(main.confidence, other.confidence),
    evidence: [...new Set([...main.evidence, ...other.evidence])],
    source: orderedSources([...main.source, ...other.source]),
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(muted === undefined || other.muted === undefined ? {} : { muted }),
  };
}

/** The worse of two severities. Pure. */
function worse(one: FindingSeverity, two: FindingSeverity): FindingSeverity {
  return SEVERITIES.indexOf(one) <= SEVERITIES.indexOf(two) ? one : two;
}

/** Whether a source is a role rather than a tool. Pure. */
export function isAgentSource(source: string): boolean {
  return source === 'agent' || source.startsWith('agent:');
}

/** Whether two findings of one path say the same about overlapping lines. Pure. */
export function saysTheSame(one: DraftFinding, two: DraftFinding): boolean {
  if (one.range[0] > two.range[1] || two.range[0] > one.range[1]) return false;
  const sameRule = one.source.some(source => !isAgentSource(source) && two.source.includes(source));
  if (sameRule) return true;
  return one.category === two.category && similarity(one.title, two.title) >= SIMILAR;
}

/** How alike two titles are: shared words by all words, 0..1, blind to case and endings. */
function similarity(one: string, two: string): number {
  const left = wordsOf(one);
  const right = wordsOf(two);
  const shared = [...left].filter(word => right.has(word)).length;
  const all = left.size + right.size - shared;
  return all === 0 ? 0 : shared / all;
}

const EMPTY_WORDS = new Set([
  'a',
  'an',
  'the',
  'is',
  'are',
  'of',
  'in',
  'on',
  'with',
  'and',
  'or',
  'to',
  'by',
  'from',
  'for',
  'be',
  'can',
  'not',
]);

function wordsOf(title: string): ReadonlySet<string> {
  const words = title.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  return new Set(
    words.filter(word => !EMPTY_WORDS.has(word)).map(word => word.replace(/(ing|ed|es|s)$/, '')),
  );
}

function joinedWhy(main: DraftFinding, other: DraftFinding): string {
  // One rule that meets two things on one line has two messages; both are needed.
  const sameVoice =
    main.source.length === 1 && other.source.length === 1 && main.source[0] === other.source[0];
  if (!sameVoice || main.why.includes(other.why)) return main.why;
  const joined = `${main.why} ${other.why}`;
  return joined.length > MAX_JOINED_WHY ? main.why : joined;
}

function orderedSources(sources: readonly string[]): readonly string[] {
  // Tools first: the first source is part of the id, which must not change when a role confirms a tool.
  const unique = [...new Set(sources)];
  return [...unique.filter(source => !isAgentSource(source)).sort(), ...unique.filter(isAgentSource).sort()];
}

function speaksFirst(one: DraftFinding, two: DraftFinding): number {
  const oneAgent = one.source.every(isAgentSource);
  const twoAgent = two.source.every(isAgentSource);
  if (oneAgent !== twoAgent) return oneAgent ? 1 : -1;
  return two.confidence - one.confidence || one.range[0] - two.range[0] || compareTexts(one.title, two.title);
}

/** Orders texts by code units, the same on every machine. Pure. */
export function compareTexts(one: string, two: string): number {
  if (one === two) return 0;
  return one < two ? -1 : 1;
}
