import type { CodedFailure, ErrorCode } from '../model/crew-error.ts';
import type { Spend } from '../model/run-event.ts';
import { formatCost, formatDuration, formatQuantity } from './amounts.ts';
import { cutToWidth } from './display-width.ts';
import { momentText } from './moment-text.ts';
import { paint } from './paint.ts';
import { sanitizeText } from './sanitize.ts';
import { textTable } from './text-table.ts';

/** One run of a listing. `waitsFor`, `spend` and `workedMs` are absent where nobody has written them down. */
export interface ListedRun {
  readonly runId: string;
  readonly crew: string;
  readonly createdAt: number;
  readonly status: 'running' | 'waiting' | 'open' | 'success' | 'failure' | 'error';
  readonly workedMs?: number;
  readonly spend?: Spend;
  /** Calls are in `spend` that never answered, counted with the most that they can take. */
  readonly isBounded?: boolean;
  /** Calls that have no outcome, with the most that they can take, beside `spend`; absent when there are none. */
  readonly underWay?: Spend;
  readonly waitsFor?: CodedFailure;
  /** What was asked, of a run of `crew ask`. */
  readonly question?: string;
}

/**
 * A listing of runs: one row each, which ends with whom or what a run waits for, and under a run that waits the details.
 * Lines are cut to `columns`. Pure.
 */
export function formatRuns(
  runs: readonly ListedRun[],
  { color, columns }: { readonly color: boolean; readonly columns: number },
): string {
  const lines = textTable(runs.map(cells), { right: [4, 5, 6], columns });
  return runs
    .map((run, index) => {
      const rows = [`${lines[index]}\n`];
      if (run.question !== undefined) {
        const asked = sanitizeText(`    “${run.question.trim()}”`, { keepNewlines: false });
        rows.push(`${paint(cutToWidth(asked, columns), 'dim', color)}\n`);
      }
      if (run.waitsFor !== undefined) {
        const { code, message } = run.waitsFor;
        const why = sanitizeText(`    ${code} ${message}`, { keepNewlines: false });
        rows.push(`${paint(cutToWidth(why, columns), 'dim', color)}\n`);
      }
      return rows.join('');
    })
    .join('');
}

function cells(run: ListedRun): readonly string[] {
  const { runId, createdAt, status, crew, workedMs, spend, isBounded, underWay } = run;
  const most = isBounded === true && spend?.costMicroUsd !== null ? 'at most ' : '';
  const more = underWay === undefined ? '' : ` + ${underWay.calls} open`;
  return [
    runId,
    momentText(createdAt).slice(0, 16),
    status,
    crew,
    workedMs === undefined ? '' : `worked ${formatDuration(workedMs)}`,
    spend === undefined ? '' : `${formatQuantity(spend.calls, 'call')}${more}`,
    spend === undefined ? '' : `${most}${formatCost(spend.costMicroUsd)}`,
    waitingWords(run),
  ];
}

/** What ends the waiting, for each code that a run may be left with. */
const AWAITED: Partial<Record<ErrorCode, string>> = {
  PERSON_NEEDED: 'an answer',
  CONSENT_REQUIRED: 'an approval',
  EFFECT_UNCERTAIN: 'word whether a call was done',
  BUDGET_EXCEEDED: 'a higher ceiling',
};

/** A run that was stopped or killed waits for nobody but whoever goes on with it. */
function waitingWords({ status, waitsFor }: ListedRun): string {
  if (waitsFor !== undefined) {
    const { code } = waitsFor;
    const awaited = AWAITED[code] ?? (code.startsWith('PROVIDER_') ? 'its model' : 'what is missing');
    return `waits for ${awaited}`;
  }
  return status === 'open' ? 'stopped; `crew resume` goes on' : '';
}
