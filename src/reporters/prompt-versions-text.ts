import type { PromptFigures } from '../model/prompt-figures.ts';
import type {
  ComparedPartial,
  ComparedSample,
  ComparedVersion,
  ListedFolder,
  ListedPrompt,
  PromptMoment,
} from '../model/prompt-versions.ts';
import { formatCost, formatCount, formatQuantity } from './amounts.ts';
import { cutToWidth, displayWidth } from './display-width.ts';
import { momentText } from './moment-text.ts';
import { paint } from './paint.ts';
import { sanitizeText } from './sanitize.ts';
import { textTable } from './text-table.ts';
import { formatWordDiff } from './word-diff-text.ts';

/** How wide lines may be, and whether they have colour; Infinity for a file. */
interface VersionsLayout {
  readonly color: boolean;
  readonly columns: number;
}

/** The prompts of folders for people: version, labels, lock, and where each is used. Names are sanitised. Pure. */
export function formatPromptList(
  folders: readonly ListedFolder[],
  { color, columns }: VersionsLayout,
): string {
  const blocks = folders.map(({ folder, prompts }) => {
    const rows = prompts.map(listCells);
    const head = ['prompt', 'version', 'state', 'lock', 'labels', 'used by'];
    const [first = '', ...lines] = textTable([head, ...rows], { indent: 2, columns });
    return [paint(oneLine(folder), 'bold', color), paint(first, 'dim', color), ...lines].join('\n');
  });
  return blocks.length === 0 ? '' : `${blocks.join('\n\n')}\n`;
}

function listCells(prompt: ListedPrompt): readonly string[] {
  const { name, hash, state, lock, labels, usedBy } = prompt;
  const labelled = labels.map(({ label, version }) => {
    if (version === prompt.version) return label;
    return version === null ? `${label} (lost)` : `${label} (${version.slice(version.indexOf('@'))})`;
  });
  const shown = state === 'unknown' ? '' : state;
  return [name, hash.slice(0, 8), shown, lock ?? '', labelled.join(', '), usedBy.join(', ')];
}

const LOG_HEAD = [
  'version',
  'commit',
  'date',
  'runs',
  'ok',
  'trials',
  'score',
  'tokens',
  'money',
  'by',
  'labels',
  'change',
];
const LOG_RIGHT = [3, 4, 5, 6, 7, 8];
const NARROW_HEAD = ['version', 'commit', 'date', 'labels', 'change'];

/**
 * The life of a prompt for people, newest first, each version with what its runs came to: in columns, or, where they do not
 * fit, on a line below it. Pure.
 */
export function formatPromptLog(
  moments: readonly PromptMoment[],
  { color, columns }: VersionsLayout,
): string {
  const whole = textTable([LOG_HEAD, ...moments.map(logCells)], { right: LOG_RIGHT });
  if (whole.every(line => displayWidth(line) <= columns)) return withHead(whole, color);
  const [head = '', ...lines] = textTable([NARROW_HEAD, ...moments.map(narrowCells)], { columns });
  const told = moments.map(({ figures }) =>
    figures === undefined || figures.runs === 0 ? [] : [cutToWidth(`  ${figuresText(figures)}`, columns)],
  );
  return withHead([head, ...lines.flatMap((line, index) => [line, ...(told[index] ?? [])])], color);
}

function withHead([head = '', ...lines]: readonly string[], color: boolean): string {
  return `${[paint(head, 'bold', color), ...lines].join('\n')}\n`;
}

/** What stands for a commit where there is none. */
const CHANGES: ReadonlyMap<PromptMoment['state'], string> = new Map([
  ['uncommitted', 'not committed'],
  ['ran', 'not committed, known from runs'],
]);

function logCells(moment: PromptMoment): readonly string[] {
  const [name = '', commit = '', date = '', labels = '', change = ''] = narrowCells(moment);
  return [name, commit, date, ...figureCells(moment.figures), moment.author ?? '', labels, change];
}

function narrowCells(moment: PromptMoment): readonly string[] {
  const { state, version = '', commit = '', date = '', subject = '', labels } = moment;
  const notes = [
    moment.elsewhere === true ? '(another branch)' : '',
    moment.renamedFrom === undefined ? '' : `(was ${moment.renamedFrom})`,
    moment.renamedTo === undefined ? '' : `(became ${moment.renamedTo})`,
    moment.repeated === true ? '(the same version as above)' : '',
  ];
  const name = state === 'gone' ? 'taken away' : version;
  const said = [subject, ...notes].filter(Boolean).join(' ');
  const change = CHANGES.get(state) ?? said;
  return [name, commit.slice(0, 8), date.slice(0, 10), labels.join(', '), change];
}

function figureCells(figures: PromptFigures | undefined): readonly string[] {
  if (figures === undefined || figures.runs === 0) return ['', '', '', '', '', ''];
  const { runs, succeeded, trials, spend } = figures;
  const { inputTokens, outputTokens } = spend.usage;
  return [
    formatCount(runs),
    formatCount(succeeded),
    trials.judged === 0 ? '' : `${trials.passed}/${trials.judged}`,
    trials.meanScore === null ? '' : trials.meanScore.toFixed(2),
    formatCount(inputTokens + outputTokens),
    formatCost(spend.costMicroUsd),
  ];
}

/** What runs with a version came to, in one line. Pure. */
function figuresText(figures: PromptFigures): string {
  if (figures.runs === 0) return 'no run used it here';
  const { runs, succeeded, failed, trials, spend, lastRun } = figures;
  const { inputTokens, outputTokens } = spend.usage;
  const score = trials.meanScore === null ? '' : `, mean score ${trials.meanScore.toFixed(2)}`;
  return [
    `${formatQuantity(runs, 'run')}: ${succeeded} succeeded, ${failed} failed`,
    ...(trials.judged === 0
      ? []
      : [`${trials.passed} of ${formatQuantity(trials.judged, 'trial')} passed${score}`]),
    `${formatQuantity(inputTokens + outputTokens, 'token')}`,
    formatCost(spend.costMicroUsd),
    ...(lastRun === undefined ? [] : [`last ${lastRun.runId.slice(0, 8)} (${lastRun.status})`]),
  ].join(' · ');
}

/** Two versions of a prompt for people: the words that differ, in partials too, what samples become, and what runs came to. Pure. */
export function formatPromptDiff(
  [before, after]: readonly [ComparedVersion, ComparedVersion],
  {
    partials,
    samples,
  }: { readonly partials: readonly ComparedPartial[]; readonly samples: readonly ComparedSample[] },
  { color }: { readonly color: boolean },
): string {
  const title = (words: string): string => paint(`── ${oneLine(words)}`, 'bold', color);
  const same = paint('no difference', 'dim', color);
  const changed = (left: string, right: string): string =>
    formatWordDiff(left, right, { color }) || `${same}\n`;
  const lines = [
    title(`${before.version} (${before.from}) → ${after.version} (${after.from})`),
    changed(before.text, after.text).trimEnd(),
    ...partials.flatMap(partial => [title(partial.name), changed(partial.before, partial.after).trimEnd()]),
    ...samples.flatMap(sample => [
      title(`with ${sample.inputs}`),
      changed(sample.before, sample.after).trimEnd(),
    ]),
    title('runs'),
    ...[before, after].map(({ version, figures }) => `${oneLine(version)}  ${figuresText(figures)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** What a version is, in one line: its name, labels, and where it comes from. Pure. */
export function versionLine({ version = '', state, date, author, subject, labels }: PromptMoment): string {
  const parts = [
    version,
    ...(state === 'uncommitted' ? ['not committed'] : []),
    ...(date === undefined ? [] : [dayText(date)]),
    ...(author === undefined ? [] : [author]),
    ...(subject === undefined ? [] : [subject]),
    ...labels,
  ];
  return parts.map(oneLine).join(' · ');
}

function dayText(date: string): string {
  const at = Date.parse(date);
  return Number.isNaN(at) ? date : `${momentText(at)} UTC`;
}

function oneLine(text: string): string {
  return sanitizeText(text, { keepNewlines: false });
}
