import { curveText, type TrialCurve } from '../../model/trial-curve.ts';
import { phaseChip } from './chips-html.ts';
import { escapeHtml } from './escape-html.ts';

/** How the trials of phases with `reflect` went, from the first score to the kept one, and how many visits had any. Pure. */
export function trialsHtml(curves: readonly TrialCurve[]): { readonly html: string; readonly count: number } {
  const rows = curves.map((curve, index) => {
    const { phase } = curve;
    return `<li data-find data-phase="${escapeHtml(phase)}" data-role=""><span class="at">${index + 1}</span><span>${phaseChip(phase)}</span><div>${escapeHtml(curveText(curve))}</div></li>`;
  });
  return { html: `<ol class="reasons">${rows.join('')}</ol>`, count: rows.length };
}
