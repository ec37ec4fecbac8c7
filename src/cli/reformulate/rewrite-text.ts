import { wordDiff } from '../../model/word-diff.ts';
import { formatCost } from '../../reporters/amounts.ts';
import { paint, type Style } from '../../reporters/paint.ts';
import { foreignRows } from '../foreign-lines.ts';
import type { Rewrite } from './rewrite-watch.ts';

/** How a rewritten request is shown. */
interface Look {
  readonly columns: number;
  readonly color: boolean;
  /** For ears: both texts one after the other, without marks inside them. */
  readonly spoken?: boolean;
  /** The person has changed it in their editor. */
  readonly edited?: boolean;
}

/** What a person may do with a rewritten request, which can be said again only so often. Pure. */
export function rewriteKeys({ mayRevise }: Pick<Rewrite, 'mayRevise'>): string {
  return `[a]ccept  [e]dit  ${mayRevise ? '[r]evise with a remark  ' : ''}[o]riginal  [q]uit`;
}

/** Stands where the text changes, in foreign rows that were sanitised; no text can hold it after that. */
const MARKS = { out: ['\uE000', '\uE001'], in: ['\uE002', '\uE003'] } as const;

/**
 * A request, how it was said again word by word, what was taken for granted and what is open, as rows for a terminal. All of
 * it stands behind a mark, so that no model can write a row of ours. Pure.
 */
export function rewriteRows(rewrite: Rewrite, look: Look): readonly string[] {
  const { assumptions, questions, costMicroUsd, mayRevise } = rewrite;
  return [
    ...(look.spoken === true ? spokenRows(rewrite, look) : diffRows(rewrite, look)),
    ...listRows('Taken for granted:', assumptions, look.columns),
    ...listRows('Open questions:', questions, look.columns),
    '',
    `Spent so far: ${formatCost(costMicroUsd)}`,
    ...(mayRevise ? [] : ['No round is left for another remark.']),
  ];
}

/** What became of a request that nobody was asked about, and what was taken for granted, as text for a terminal. Pure. */
export function rewriteSettled(
  rewrite: Rewrite,
  { columns, stderrColor: color }: { readonly columns: number; readonly stderrColor: boolean },
  spoken: boolean,
): string {
  const look = { columns, color };
  return [
    ...(spoken ? spokenRows(rewrite, look) : diffRows(rewrite, look)),
    ...listRows('Taken for granted:', rewrite.assumptions, columns),
  ].join('\n');
}

function listRows(title: string, items: readonly string[], columns: number): readonly string[] {
  return items.length === 0 ? [] : ['', title, ...items.flatMap(item => foreignRows(`- ${item}`, columns))];
}

function spokenRows({ request, reformulated }: Rewrite, { columns, edited }: Look): readonly string[] {
  return [
    'Your request:',
    ...foreignRows(request, columns),
    edited === true ? 'As you changed it:' : 'Said again:',
    ...foreignRows(reformulated, columns),
  ];
}

function diffRows({ request, reformulated }: Rewrite, { columns, color, edited }: Look): readonly string[] {
  const clean = (text: string): string => text.replace(/[\uE000-\uE003]/g, '?');
  const changes = wordDiff(clean(request.trim()), clean(reformulated.trim()));
  if (changes.every(({ kind }) => kind === 'same')) {
    return ['Your request stays as it is:', '', ...foreignRows(request, columns)];
  }
  const marked = changes
    .map(({ kind, text }) => {
      if (kind === 'same') return text;
      const [, space = '', words = ''] = /^(\s*)(.*)$/s.exec(text) ?? [];
      return words === '' ? text : `${space}${MARKS[kind][0]}${words}${MARKS[kind][1]}`;
    })
    .join('');
  const rows = foreignRows(marked, columns - MARK_ROOM);
  return [
    edited === true ? 'Your request, as you changed it:' : 'Your request, said again:',
    '',
    ...showMarks(rows, color),
  ];
}

/** Marks are wider in plain text than where they stand for a colour. */
const MARK_ROOM = 8;

/** A stretch that goes over several rows is marked on each. */
function showMarks(rows: readonly string[], color: boolean): readonly string[] {
  let open: 'out' | 'in' | undefined;
  return rows.map(row => {
    const [, lead = '', rest = ''] = /^(\s*│ ?)(.*)$/s.exec(row) ?? [];
    const parts = rest.split(/([\uE000-\uE003])/);
    let text = '';
    for (const part of parts) {
      if (part === MARKS.out[0]) open = 'out';
      else if (part === MARKS.in[0]) open = 'in';
      else if (part === MARKS.out[1] || part === MARKS.in[1]) open = undefined;
      else text += open === undefined ? part : shown(open, part, color);
    }
    return lead + text;
  });
}

const LOOKS: {
  readonly [kind in 'out' | 'in']: { readonly style: Style; readonly around: readonly [string, string] };
} = {
  out: { style: 'red', around: ['[-', '-]'] },
  in: { style: 'green', around: ['{+', '+}'] },
};

/** The marks stay beside the colours, for eyes that do not see them. */
function shown(kind: 'out' | 'in', text: string, color: boolean): string {
  if (text.trim() === '') return text;
  const { style, around } = LOOKS[kind];
  return paint(`${around[0]}${text}${around[1]}`, style, color);
}
