import {
  type CallShares,
  CONTEXT_TIERS,
  type ContextSizes,
  type RunShares,
} from '../model/context-shares.ts';
import { formatQuantity, formatTimes } from './amounts.ts';
import { paint } from './paint.ts';
import { sanitizeText } from './sanitize.ts';
import { textTable } from './text-table.ts';

/** How shares are shown. */
interface SharesOptions {
  readonly color: boolean;
  /** Infinity for a file. */
  readonly columns: number;
  /** Each call has a row of its own. */
  readonly perCall: boolean;
}

/** What the models of a run read, by tier, for people: a row for each role in a phase, or for each call, and all together. Pure. */
export function formatShares(shares: RunShares, { color, columns, perCall }: SharesOptions): string {
  const { calls, recalled, reminders, kept, gaveWay, edits, troubles } = shares;
  if (calls.length === 0) return 'No model of this run has read anything.\n';
  const used = CONTEXT_TIERS.filter(tier => shares.tiers[tier] > 0);
  const about = calls.some(({ counted }) => !counted);
  const cells = (name: string, tokens: number, tiers: ContextSizes): string[] => [
    name,
    String(tokens),
    ...used.map(tier => String(tiers[tier])),
  ];
  const rows = perCall
    ? calls.map(call => cells(call.key, call.inputTokens, call.tiers))
    : groupsOf(calls).map(({ name, tokens, tiers }) => cells(name, tokens, tiers));
  const parts = used.map(tier => `${((100 * shares.tiers[tier]) / shares.inputTokens).toFixed(1)} %`);
  const table = textTable(
    [
      ['', about ? 'about tokens in' : 'tokens in', ...used],
      ...rows,
      cells('all', shares.inputTokens, shares.tiers),
      ['', '', ...parts],
    ],
    { right: [1, ...used.map((_, at) => at + 2)], indent: 2, columns },
  );
  const reminded =
    recalled.times === 0
      ? []
      : [
          `  reminded ${formatTimes(recalled.times)}: ${formatQuantity(recalled.blocks, 'block')}, ${formatQuantity(recalled.notes, 'note')}, ${formatQuantity(recalled.lessons, 'lesson')}`,
        ];
  const named = textTable(
    reminders.map(({ phase, role, what, id, gist }) => [`${phase} ${role}`.trim(), what, id, gist]),
    { indent: 4, columns },
  );
  const wrote = Object.values(kept).some(count => count > 0)
    ? [
        `  kept ${formatQuantity(kept.new, 'note')}, merged ${kept.merged}, held back ${kept.quarantined}, refused ${kept.refused}`,
      ]
    : [];
  const replaced = textTable(
    gaveWay.map(({ id, text, reason }) => [
      ...['gave way:', id],
      sanitizeText(`${text} (${reason})`, { keepNewlines: false }),
    ]),
    { indent: 4, columns },
  );
  const edited = edits === 0 ? [] : [`  edited blocks ${formatTimes(edits)}`];
  const wrong = troubles.map(text =>
    paint(`  ! ${sanitizeText(text, { keepNewlines: false })}`, 'yellow', color),
  );
  const memory = [...reminded, ...named, ...wrote, ...replaced, ...edited, ...wrong];
  return [
    paint('What the models read', 'bold', color),
    ...table,
    ...(memory.length === 0 ? [] : ['', paint('Memory', 'bold', color), ...memory]),
    '',
  ].join('\n');
}

function groupsOf(calls: readonly CallShares[]) {
  const groups = Map.groupBy(calls, ({ phase, role }) => `${phase} ${role}`.trim());
  return [...groups].map(([name, all]) => ({
    name,
    tokens: all.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
    tiers: Object.fromEntries(
      CONTEXT_TIERS.map(tier => [tier, all.reduce((sum, { tiers }) => sum + tiers[tier], 0)]),
    ) as ContextSizes,
  }));
}
