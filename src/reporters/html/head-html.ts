import type { RunRecord } from '../../model/run-record.ts';
import { formatCost, formatCount, formatDuration, formatQuantity } from '../amounts.ts';
import { notALanguageModel } from '../describe-model.ts';
import { momentText } from '../moment-text.ts';
import { artifactHtml } from './artifact-html.ts';
import { failureHtml, outcomePill } from './chips-html.ts';
import { escapeHtml } from './escape-html.ts';
import type { Paper } from './paper.ts';
import { valueHtml } from './value-html.ts';

/** How a run stands, as a pill. Pure. */
export function statusPill({ status }: RunRecord, pid: number | undefined): string {
  if (pid !== undefined) return outcomePill(`at work in process ${pid}`, 'calm');
  return outcomePill(STATUS[status][0], STATUS[status][1]);
}

const STATUS = {
  success: ['success', 'good'],
  failure: ['failure', 'bad'],
  error: ['error', 'bad'],
  waiting: ['waiting', 'wait'],
  open: ['stopped', 'wait'],
} as const;

/** What was to be done, how it came out, what it took, and the result. Pure but for the paper. */
export function headHtml(
  record: RunRecord,
  { paper, pid }: { readonly paper: Paper; readonly pid?: number | undefined },
): string {
  const { crew, goal, failure, result, endedAt } = record;
  const where =
    endedAt === undefined ? '' : ` <span class="muted">at ${escapeHtml(endedAt, { line: true })}</span>`;
  const outcome =
    result === undefined || result === null
      ? ''
      : `<div class="result"><h3>Result</h3>${artifactHtml(result, paper)}</div>`;
  return `<section id="overview" class="head"><h1>${escapeHtml(crew, { line: true })}</h1><p class="goal">${escapeHtml(goal)}</p><p class="state">${statusPill(record, pid)}${where}</p>${failure === undefined ? '' : failureHtml(failure)}${tiles(record)}${facts(record, paper)}${outcome}</section>`;
}

function tiles({ workedMs, spend, path }: RunRecord): string {
  const { total } = spend;
  const { inputTokens, outputTokens, cachedInputTokens } = total.usage;
  const cached = cachedInputTokens === 0 ? '' : ` · ${formatCount(cachedInputTokens)} cached`;
  const rows: readonly (readonly [string, string, string])[] = [
    ['worked', formatDuration(workedMs), formatQuantity(path.length, 'phase visit')],
    ['spent', formatCost(total.costMicroUsd), formatQuantity(total.calls, 'model call')],
    [
      'tokens',
      formatCount(inputTokens + outputTokens),
      `${formatCount(inputTokens)} in${cached} · ${formatCount(outputTokens)} out`,
    ],
    ['tools', formatCount(total.toolCalls), total.toolCalls === 1 ? 'call' : 'calls'],
  ];
  return `<div class="tiles">${rows.map(([name, value, more]) => `<div><span>${name}</span><b>${escapeHtml(value)}</b><small>${escapeHtml(more)}</small></div>`).join('')}</div>`;
}

function facts(record: RunRecord, paper: Paper): string {
  const { runId, programHash, startedAt, facts: count, forkedFrom, inputs, workspace, models } = record;
  const rows: (readonly [string, string])[] = [
    [
      'run',
      `<code>${escapeHtml(runId)}</code> · ${count} facts · program <code>${escapeHtml(programHash.slice(0, 8))}</code>`,
    ],
    ['began', `${escapeHtml(momentText(startedAt))} UTC`],
  ];
  if (forkedFrom !== undefined)
    rows.push(['fork', `of <code>${escapeHtml(forkedFrom.runId)}</code> after its fact ${forkedFrom.at}`]);
  for (const [alias, { use, reason }] of Object.entries(models)) {
    const warning = notALanguageModel(use);
    const warned = warning === undefined ? '' : ` <span class="warned">${escapeHtml(warning)}</span>`;
    rows.push([
      `model ${alias}`,
      `<code>${escapeHtml(use)}</code>${warned} <span class="muted">${escapeHtml(reason)}</span>`,
    ]);
  }
  rows.push(['folder', `<code>${escapeHtml(workspace)}</code>`]);
  if (Object.keys(inputs).length > 0) rows.push(['inputs', valueHtml(inputs, paper)]);
  return `<dl class="facts-of-run">${rows.map(([name, value]) => `<dt>${escapeHtml(name, { line: true })}</dt><dd>${value}</dd>`).join('')}</dl>`;
}
