import { checkTemplate } from '../expressions/template-check.ts';
import { soleExpressionPlace, templateNames } from '../expressions/template-names.ts';
import type { InputDeclaration } from '../model/crew.ts';
import type { JsonValue } from '../model/json.ts';
import { suggest } from './closest.ts';
import { isTemplated, misfit } from './literal-fit.ts';
import { glueText, joinTexts, type PromptText, stretchOf } from './prompt-text.ts';
import type { ReadPrompt } from './read-prompt-file.ts';
import { quote, type Report } from './report.ts';
import {
  entryOf,
  keyPlaceOf,
  type MapEntry,
  nodeRange,
  placeOf,
  type ScalarNode,
  type SourceNode,
} from './source-node.ts';
import { reportTemplateProblems } from './template-problems.ts';
import { TYPE_WORDS } from './type-words.ts';

/** A value that a prompt is given by a template, with what its input may be. */
export interface BoundInput {
  readonly input: InputDeclaration;
  readonly source: string;
  readonly node: ScalarNode;
}

/** What sets the inputs of a prompt before its body, and the templates among the values. */
interface BoundPrompt {
  readonly before: PromptText;
  readonly bound: readonly BoundInput[];
  /** The names that the body may read; absent when it reads what stands around it. */
  readonly names?: readonly string[];
  /** Inputs without a value that could be looked at; that was reported. */
  readonly broken: readonly string[];
}

/** Where a prompt is used. */
export interface PromptUse {
  readonly read: ReadPrompt;
  /** The name as it is written. */
  readonly mark: ScalarNode;
  readonly given: SourceNode | undefined;
  /** The names that the crew has inputs for; undefined where they are not known. */
  readonly inputs: readonly string[] | undefined;
  /** Nothing of a run can be read there. */
  readonly fixed: boolean;
  readonly report: Report;
}

/** One input with the Liquid that sets it; `reads` are the names that this needs. */
interface Setting {
  readonly name: string;
  readonly text: (name: string) => PromptText;
  readonly reads: ReadonlySet<string>;
}

/**
 * Gives a prompt its inputs: each is set to what `with` says, else to the crew's input of that name, else to its default. What
 * is missing, unknown or does not fit is reported. All are set at once: no value reads another one's name.
 */
export function bindPrompt(use: PromptUse): BoundPrompt {
  const { read, mark, given } = use;
  const entries = given?.kind === 'map' ? given.entries.filter(({ key }) => !key.startsWith('x-')) : [];
  const declared = read.prompt.head.input;
  if (declared === undefined && given === undefined) {
    return { before: { text: '', pieces: [] }, bound: [], broken: [] };
  }
  const inputs = declared ?? entries.map(({ key }) => ({ name: key, schema: {}, required: true }));
  for (const entry of entries) if (!inputs.some(one => one.name === entry.key)) refuseUnknown(use, entry);
  const bound: BoundInput[] = [];
  const settings: Setting[] = [];
  const broken: string[] = [];
  for (const input of inputs) {
    const setting = settle(input, use, bound);
    if (setting === 'broken') broken.push(input.name);
    else if (setting !== undefined) settings.push(setting);
  }
  const names = inputs.map(input => input.name);
  return { before: writeSettings(settings, mark), bound, names, broken };
}

/** Undefined where nothing has to be set. */
type Settled = Setting | 'broken' | undefined;

function settle(input: InputDeclaration, use: PromptUse, bound: BoundInput[]): Settled {
  const { given, inputs, fixed, mark, read } = use;
  const entry = entryOf(given, input.name);
  if (entry !== undefined) return settleGiven(input, entry, use, bound);
  const isCrews = !fixed && (inputs?.includes(input.name) ?? input.required);
  if (isCrews) {
    const source = `inputs.${input.name}`;
    bound.push({ input, source: `{{ ${source} }}`, node: mark });
    return settingOf(input.name, new Set(['inputs']), glueText(source, mark), mark);
  }
  if (!input.required) {
    refuseDefault(input, use);
    return settingOf(input.name, NO_NAMES, literal(input.default ?? null, mark), mark);
  }
  const prompt = quote(read.prompt.name);
  const message = `The prompt ${prompt} needs the input ${quote(input.name)}, which it is not given`;
  const hint = `write \`with: { ${input.name}: … }\``;
  use.report({ code: 'missing-input', range: nodeRange(mark), message, hint });
  return 'broken';
}

const NO_NAMES: ReadonlySet<string> = new Set();

/** Liquid has no way to write lists and objects. */
function refuseDefault({ name, schema, default: value = null }: InputDeclaration, use: PromptUse): void {
  const { head } = use.read;
  const problem =
    typeof value === 'object' && value !== null
      ? 'must be a text, a number, true, false or null'
      : misfit(value, schema, one => one === null);
  if (problem === undefined || head === undefined) return;
  const message = `The default of ${quote(name)} ${problem}`;
  use.report({ code: 'invalid-default', range: placeOf(head, ['input', name, 'default']), message });
}

function settleGiven(
  input: InputDeclaration,
  { value: node }: MapEntry,
  use: PromptUse,
  bound: BoundInput[],
): Settled {
  const { report, mark, read } = use;
  const { name } = input;
  // Lists and mappings have been refused by the schema.
  if (node.kind !== 'scalar') return 'broken';
  const { value } = node;
  if (!isTemplated(value)) {
    const isReadable = TYPE_WORDS.has(String(input.schema.type ?? 'string'));
    const problem = isReadable ? misfit(value, input.schema, () => false) : undefined;
    if (problem !== undefined) {
      const message = `The input ${quote(name)} of the prompt ${quote(read.prompt.name)} ${problem}`;
      report({ code: 'invalid-argument', range: nodeRange(node), message });
      return 'broken';
    }
    return settingOf(name, NO_NAMES, literal(value, mark), mark);
  }
  const source = String(value);
  const check = checkTemplate(source, 'text');
  reportTemplateProblems({ node, check }, report);
  if (check.problems.length > 0) return 'broken';
  bound.push({ input, source, node });
  const sole = soleExpressionPlace(source);
  const { reads } = templateNames(source);
  if (sole === undefined) return captureOf(name, reads, stretchOf(node), mark);
  const expression = stretchOf(node, sole.offset, sole.offset + sole.length);
  // The name stands for the value already.
  return expression.text === name ? undefined : settingOf(name, reads, expression, mark);
}

function settingOf(
  name: string,
  reads: ReadonlySet<string>,
  value: PromptText | string,
  mark: ScalarNode,
): Setting {
  if (typeof value === 'string') {
    const written = isTemplated(value) ? `{% raw %}${value}{% endraw %}` : value;
    return captureOf(name, reads, glueText(written, mark), mark);
  }
  const text = (as: string): PromptText =>
    joinTexts([glueText(`{% assign ${as} = `, mark), value, glueText(' %}', mark)]);
  return { name, reads, text };
}

function captureOf(name: string, reads: ReadonlySet<string>, value: PromptText, mark: ScalarNode): Setting {
  const text = (as: string): PromptText =>
    joinTexts([glueText(`{% capture ${as} %}`, mark), value, glueText('{% endcapture %}', mark)]);
  return { name, reads, text };
}

/** A value as an expression of Liquid; a text as itself, to be captured, for Liquid has no way to quote all texts. */
function literal(value: JsonValue, mark: ScalarNode): PromptText | string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return glueText(plainNumber(value), mark);
  return glueText(value === true || value === false ? String(value) : 'nil', mark);
}

/** Liquid reads no exponents. */
function plainNumber(value: number): string {
  if (!/e/.test(String(value))) return String(value);
  return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(20);
}

/** Where a value reads a name that another value is given, all are set under names of their own first. */
function writeSettings(settings: readonly Setting[], mark: ScalarNode): PromptText {
  const isTangled = settings.some(one => settings.some(other => other !== one && one.reads.has(other.name)));
  if (!isTangled) return joinTexts(settings.map(({ name, text }) => text(name)));
  const apart = settings.map(({ name, text }) => text(`_${name}`));
  const renamed = settings.map(({ name }) => glueText(`{% assign ${name} = _${name} %}`, mark));
  return joinTexts([...apart, ...renamed]);
}

function refuseUnknown({ read, report, given }: PromptUse, { key }: MapEntry): void {
  if (given === undefined) return;
  const names = (read.prompt.head.input ?? []).map(input => input.name);
  const message = `The prompt ${quote(read.prompt.name)} has no input ${quote(key)}`;
  report({ code: 'unknown-input', range: keyPlaceOf(given, [key]), message, hint: suggest(key, names) });
}
