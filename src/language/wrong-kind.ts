import type { Report } from './report.ts';
import { entryOf, keyPlaceOf, nodeRange, type SourceNode } from './source-node.ts';

/** Reports a file that is of the other kind, or no mapping at all, so that its keys are not reported one by one. */
export function refuseWrongKind(wanted: 'crew' | 'sop', root: SourceNode, report: Report): boolean {
  if (root.kind !== 'map') {
    const message = 'The file must be a mapping of keys such as `version: 1`';
    report({ code: 'wrong-file-kind', range: nodeRange(root), message });
    return true;
  }
  const isCrew = entryOf(root, 'crew') !== undefined;
  const isSop = entryOf(root, 'sop') !== undefined && entryOf(root, 'phases') !== undefined;
  if (wanted === 'crew' && !isCrew && isSop && !entryOf(root, 'goal')) {
    const message = 'This is a procedure (SOP), not a crew';
    const hint = 'write a crew file with `sop:` naming this one';
    report({ code: 'wrong-file-kind', range: keyPlaceOf(root, ['sop']), message, hint });
    return true;
  }
  if (wanted === 'crew' || !isCrew) return false;
  const message = 'This is a crew, not a procedure (SOP)';
  report({ code: 'wrong-file-kind', range: keyPlaceOf(root, ['crew']), message });
  return true;
}
