import type { JsonValue } from '../../model/json.ts';
import { type Finding, type FindingSeverity, SEVERITIES } from '../../model/review.ts';
import { field, memberOf, textOf } from './draft-finding.ts';
import { fold, isAgentSource } from './merge-duplicates.ts';

/** Findings after a judge has spoken, how many were folded into another, and what could not be done. */
export interface DecidedFindings {
  readonly findings: readonly Finding[];
  readonly merged: number;
  readonly notices: readonly string[];
}

interface Board {
  readonly findings: Map<string, Finding>;
  /** Where a finding that is gone went to. */
  readonly foldedInto: Map<string, string>;
  readonly notices: string[];
}

/**
 * Applies a judge's decisions in their order: `keep`, `mute` with a reason, `merge` into another; each may set another
 * severity. A decision that names an unknown finding, mutes without a reason, lowers a tool's finding without a reason
 * or merges into itself changes nothing and gives a notice. Pure.
 */
export function applyDecisions(findings: readonly Finding[], decisions: JsonValue): DecidedFindings {
  const board: Board = {
    findings: new Map(findings.map(finding => [finding.id, finding])),
    foldedInto: new Map(),
    notices: [],
  };
  for (const decision of Array.isArray(decisions) ? (decisions as readonly JsonValue[]) : []) {
    applyDecision(board, decision);
  }
  return { findings: [...board.findings.values()], merged: board.foldedInto.size, notices: board.notices };
}

function applyDecision(board: Board, decision: JsonValue): void {
  const id = textOf(field(decision, 'id')) ?? '';
  const finding = board.findings.get(id);
  if (finding === undefined) {
    if (!board.foldedInto.has(id)) board.notices.push(`a decision names the unknown finding \`${id}\``);
    return;
  }
  const action = field(decision, 'action');
  const reason = textOf(field(decision, 'reason'));
  if (action === 'mute') {
    if (reason === undefined) board.notices.push(`finding ${id} stays: it was muted without a reason`);
    else board.findings.set(id, { ...finding, muted: reason });
    return;
  }
  if (action === 'merge') {
    mergeInto(board, finding, textOf(field(decision, 'into')) ?? '');
    return;
  }
  if (action !== 'keep') board.notices.push(`a decision about finding ${id} is neither keep, mute nor merge`);
  const severity = memberOf<FindingSeverity>(SEVERITIES, field(decision, 'severity'));
  if (severity !== undefined) setSeverity(board, finding, { severity, reason });
}

function setSeverity(
  board: Board,
  finding: Finding,
  wish: { readonly severity: FindingSeverity; readonly reason: string | undefined },
): void {
  const lower = SEVERITIES.indexOf(wish.severity) > SEVERITIES.indexOf(finding.severity);
  if (lower && wish.reason === undefined && !finding.source.every(isAgentSource)) {
    board.notices.push(`finding ${finding.id} stays ${finding.severity}: it was lowered without a reason`);
    return;
  }
  board.findings.set(finding.id, { ...finding, severity: wish.severity });
}

function mergeInto(board: Board, finding: Finding, into: string): void {
  let targetId = into;
  for (let next = board.foldedInto.get(targetId); next !== undefined; next = board.foldedInto.get(targetId)) {
    targetId = next;
  }
  const target = board.findings.get(targetId);
  if (target === undefined || target.id === finding.id) {
    board.notices.push(
      `finding ${finding.id} stays: it was merged into ${target === undefined ? `the unknown finding \`${into}\`` : 'itself'}`,
    );
    return;
  }
  board.findings.set(target.id, { ...fold(target, finding), id: target.id });
  board.findings.delete(finding.id);
  board.foldedInto.set(finding.id, target.id);
}
