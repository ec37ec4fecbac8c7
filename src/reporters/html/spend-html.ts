import type { RunRecord, SpendRow } from '../../model/run-record.ts';
import { SPEND_HEAD, spendCells } from '../spend-table.ts';
import { escapeHtml } from './escape-html.ts';

/** What phases, roles and models have spent, and all of it. Pure. */
export function spendHtml({ spend }: RunRecord): string {
  const { byPhase, byRole, byModel, total } = spend;
  if (byPhase.length === 0) return '<p class="muted">Nothing was spent.</p>';
  const group = (title: string, rows: readonly SpendRow[], nobody: string) =>
    `<tbody><tr><th colspan="6" class="group">${title}</th></tr>${rows.map(row => rowHtml(row.name === '' ? nobody : row.name, row)).join('')}</tbody>`;
  return `<div class="scroll"><table class="spend"><thead><tr><th></th>${SPEND_HEAD.map(head => `<th>${head}</th>`).join('')}</tr></thead>${group('by phase', byPhase, '(no phase)')}${group('by role', byRole, '(no role)')}${group('by model', byModel, '(tools)')}<tfoot>${rowHtml('in all', total)}</tfoot></table></div>`;
}

function rowHtml(name: string, spend: Omit<SpendRow, 'name'>): string {
  const cells = spendCells(spend).map(cell => `<td>${escapeHtml(cell)}</td>`);
  return `<tr><th>${escapeHtml(name, { line: true })}</th>${cells.join('')}</tr>`;
}
