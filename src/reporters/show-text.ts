import type { CodedFailure } from '../model/crew-error.ts';
import { promptVersion } from '../model/prompt-file.ts';
import type { AnsweredQuestion, CallRecord, PhaseVisit, RunRecord, SpendRow } from '../model/run-record.ts';
import { curveText } from '../model/trial-curve.ts';
import { formatDuration } from './amounts.ts';
import { notALanguageModel } from './describe-model.ts';
import { momentText } from './moment-text.ts';
import { paint } from './paint.ts';
import { LABEL_COLUMNS } from './plain-writer.ts';
import { renderSpans, type Span } from './render-spans.ts';
import { sanitizeText } from './sanitize.ts';
import { shortArguments } from './short-arguments.ts';
import { SPEND_HEAD, spendCells } from './spend-table.ts';
import { usageText } from './spend-text.ts';
import { summarizeValue } from './summarize-value.ts';
import { textTable } from './text-table.ts';
import { underWayText } from './under-way-text.ts';

/** What `crew show` knows beside the facts. */
export interface ShowOptions {
  readonly color: boolean;
  /** Infinity for a file. */
  readonly columns: number;
  /** The process that works on the run right now. */
  readonly pid?: number;
  /** Only this phase and what is inside it was asked for, and the record holds only that. */
  readonly phase?: string;
  /** Calls are in the spend that never answered, counted with the most that they can take. */
  readonly isBounded?: boolean;
  /** What can be done next, one command or sentence a line. */
  readonly next: readonly string[];
}

const HASH_DIGITS = 12;
const SPENT_AT_MOST = 'Spent at most (calls that never answered count with all that they can take)';

/** A recorded run for people: what it is, how it stands, the path it walked, its artifacts, its spend, what it waits for. Pure. */
export function formatRunRecord(record: RunRecord, options: ShowOptions): string {
  const { columns, color, phase } = options;
  const table = (rows: readonly (readonly string[])[], right: readonly number[] = []) =>
    textTable(rows, { right, indent: 2, columns });
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', paint(title, 'bold', color), ...lines];
  const names = [...new Set(record.path.map(visit => visit.phase))];
  const artifacts = names.flatMap(name => {
    const value = Object.hasOwn(record.artifacts, name) ? record.artifacts[name] : undefined;
    return value === undefined ? [] : [[name, summarizeValue(value)]];
  });
  return [
    ...headLines(record, options),
    ...section('Path', table(record.path.map(visitCells))),
    ...(phase === undefined ? [] : section('Model calls', table(record.calls.map(callCells)))),
    ...section('Trials', table((record.trials ?? []).map(curve => [curve.phase, curveText(curve)]))),
    ...section(
      'Memory',
      (record.memoryTroubles ?? []).map(({ phase: place, message }) =>
        paint(
          `  ! ${sanitizeText(`${place === '' ? 'at the end' : place}  ${message}`, { keepNewlines: false })}`,
          'yellow',
          color,
        ),
      ),
    ),
    ...section('Artifacts', table(artifacts)),
    ...section(options.isBounded === true ? SPENT_AT_MOST : 'Spent', spendLines(record, table)),
    ...section('Answered', table(record.answers.map(answerCells))),
    ...section(
      'Waits for',
      table(record.questions.map(({ phase: place, question }) => [place, questionText(question)])),
    ),
    ...section(
      'Next',
      options.next.map(line => `  ${line}`),
    ),
    '',
  ].join('\n');
}

const STATUS_SPANS = {
  success: { text: '✓ success', style: 'green' },
  failure: { text: '✗ failure', style: 'red' },
  error: { text: '✗ error', style: 'red' },
  waiting: { text: '‖ waiting', style: 'yellow' },
  open: { text: '‖ stopped', style: 'yellow' },
} as const satisfies Record<RunRecord['status'], Span>;

function headLines(record: RunRecord, { columns, color, pid, phase }: ShowOptions): string[] {
  const line = (label: string, spans: readonly Span[], whole = false) =>
    renderSpans([{ text: label.padEnd(LABEL_COLUMNS), style: 'dim' }, ...spans], {
      color,
      columns: whole ? Number.POSITIVE_INFINITY : columns,
    });
  const status: Span =
    pid === undefined ? STATUS_SPANS[record.status] : { text: `▸ at work in process ${pid}`, style: 'cyan' };
  const where = record.endedAt === undefined ? '' : ` at ${record.endedAt}`;
  const { forkedFrom: fork } = record;
  const began = `${momentText(record.startedAt)} UTC · worked ${formatDuration(record.workedMs)}`;
  const head = [
    line('crew', [
      { text: record.crew, style: 'bold' },
      { text: ` · run ${record.runId} · program ${record.programHash.slice(0, 8)}`, style: 'dim' },
    ]),
    line('status', [status, { text: `${where} · ${record.facts} facts` }]),
    line('began', [{ text: began }]),
    ...(fork === undefined ? [] : [line('fork', [{ text: `of ${fork.runId}, after its fact ${fork.at}` }])]),
    ...(record.failure === undefined ? [] : [line('why', failureSpans(record.failure), true)]),
  ];
  if (phase !== undefined) return head;
  const inputs =
    Object.keys(record.inputs).length === 0
      ? []
      : [line('inputs', [{ text: shortArguments(record.inputs, columns - LABEL_COLUMNS) }])];
  const models = Object.entries(record.models).map(([alias, { use, reason }]) => {
    const warning = notALanguageModel(use);
    return line('model', [
      { text: `${alias}  ` },
      { text: use, style: 'bold' },
      ...(warning === undefined ? [] : [{ text: ` · ${warning}`, style: 'yellow' } as const]),
      { text: ` · ${reason}`, style: 'dim' },
    ]);
  });
  return [
    ...head,
    line('goal', [{ text: record.goal }]),
    ...inputs,
    ...rewriteLines(record, columns).map(([label, text]) => line(label, [{ text }])),
    ...promptLines(record).map(text => line('prompt', [{ text }])),
    ...models,
    line('folder', [{ text: record.workspace }]),
  ];
}

/** What became of a request, below the inputs as they were given. */
function rewriteLines(
  { reformulation }: RunRecord,
  columns: number,
): readonly (readonly [label: string, text: string])[] {
  if (reformulation === undefined) return [];
  const { input, reformulated, assumptions, how = 'waits for a person' } = reformulation;
  const room = columns - LABEL_COLUMNS;
  const note = ` · ${how}`;
  const said = `${shortArguments({ [input]: reformulated }, room - note.length)}${note}`;
  return [
    ['again', said],
    ...assumptions.map(text => ['assumed', sanitizeText(text, { keepNewlines: false })] as const),
  ];
}

/** One line for each version, with all places where it stands. */
function promptLines({ prompts = [] }: RunRecord): readonly string[] {
  const places = new Map<string, string[]>();
  for (const used of prompts) {
    const version = promptVersion(used, used.hash);
    places.set(version, [...(places.get(version) ?? []), used.at]);
  }
  return [...places].map(([version, at]) => `${version}  ${at.join(', ')}`);
}

function failureSpans({ code, message }: CodedFailure): readonly Span[] {
  return [{ text: code, style: 'red' }, { text: ` ${message}` }];
}

const OUTCOME_WORDS = { completed: '✓ completed', failed: '✗ failed', cancelled: '- cancelled' } as const;

function visitCells(visit: PhaseVisit): readonly string[] {
  const { phase, kind, role, attempts, outcome, failure, at, endedAt } = visit;
  const depth = phase.split(/[./]/).length - 1;
  const again = visit.visit > 1 ? ` (visit ${visit.visit})` : '';
  const tries = attempts > 1 ? `, ${attempts} attempts` : '';
  const why = failure === undefined ? '' : `${failure.code} ${failure.message}`;
  return [
    `#${visit.seq}`,
    `${'  '.repeat(depth)}${phase}${again}`,
    role === undefined ? kind : `${kind} ${role}`,
    `${outcome === undefined ? '▸ open' : OUTCOME_WORDS[outcome]}${tries}`,
    endedAt === undefined ? '' : formatDuration(endedAt - at),
    why,
  ];
}

function callCells(call: CallRecord): readonly string[] {
  const { key, role, model, turn, outcome = 'under way', ms, usage, failure } = call;
  const tokens = usage === undefined || usage.inputTokens + usage.outputTokens === 0 ? '' : usageText(usage);
  return [
    `turn ${turn}`,
    key,
    role,
    model,
    outcome,
    ms === undefined ? '' : formatDuration(ms),
    failure === undefined ? tokens : `${failure.code} ${failure.message}`,
  ];
}

function spendLines(
  { spend }: RunRecord,
  table: (rows: readonly (readonly string[])[], right: readonly number[]) => readonly string[],
): readonly string[] {
  const { byPhase, byRole, total, underWay } = spend;
  const cutOff = underWay === undefined ? [] : table([[underWayText(underWay)]], []);
  if (byPhase.length === 0) return cutOff;
  const row = (each: SpendRow) => [each.name, ...spendCells(each)];
  const roles = byRole.map(each => row({ ...each, name: each.name === '' ? '(no role)' : each.name }));
  const all = roles.length === 0 ? [] : [[], ['by role'], ...roles, [], ['in all', ...spendCells(total)]];
  return [...table([['by phase', ...SPEND_HEAD], ...byPhase.map(row), ...all], [1, 2, 3, 4, 5]), ...cutOff];
}

function answerCells({ seq, phase, question, by, choice, text }: AnsweredQuestion): readonly string[] {
  const said = [choice, text].filter(part => part !== null).join(' · ');
  if (question.kind === 'question') return [`#${seq}`, phase, `${by}: ${said}`];
  const hash = question.argsHash.slice(0, HASH_DIGITS);
  const call = `${question.tool} ${shortArguments(question.args)} (sha256 ${hash}…)`;
  return [`#${seq}`, phase, `${by}: ${said}`, call];
}

function questionText(question: RunRecord['questions'][number]['question']): string {
  if (question.kind === 'question') return question.text;
  const asks = question.kind === 'approval' ? 'may it call' : 'was it done, or not:';
  return `${asks} ${question.tool} ${shortArguments(question.args)}`;
}
