import { checkTemplate } from '../expressions/template-check.ts';
import { renderTemplate } from '../expressions/template-evaluate.ts';
import { CrewError } from '../model/crew-error.ts';
import { PROMPT_FOLDER, promptNameOf, type UsedPrompt } from '../model/prompt-file.ts';
import { resolveSourcePath } from '../model/source.ts';
import { type BoundInput, bindPrompt } from './bind-prompt.ts';
import { type IncludeReader, refusedInclude } from './includes.ts';
import { inlinePartials } from './inline-partials.ts';
import { addHead, type HeadPlaces } from './prompt-heads.ts';
import { type PlacedText, replacePrompts } from './prompt-places.ts';
import { createPromptShelf, type PromptShelf } from './prompt-shelf.ts';
import { asScalar, joinTexts, type PromptText } from './prompt-text.ts';
import type { ReadPrompt } from './read-prompt-file.ts';
import { refuseStrangers } from './refuse-strangers.ts';
import { quote } from './report.ts';
import type { SourceFile } from './source-file.ts';
import { entryOf, nodeRange, type ScalarNode, type SourceNode } from './source-node.ts';
import { reportTemplateProblems } from './template-problems.ts';

/** A prompt that stands at a place, with the text that is there now and the templates that give it values. */
export interface PlacedPrompt {
  readonly used: UsedPrompt;
  readonly node: ScalarNode;
  readonly bound: readonly BoundInput[];
  /** Names that it reads, of which nothing is known; what is wrong with them has been reported. */
  readonly untold: readonly string[];
}

/** A crew or SOP file in which final texts stand for prompt files. */
export interface ResolvedPrompts {
  readonly root: SourceNode;
  readonly placed: readonly PlacedPrompt[];
  /** The prompt files that were read. */
  readonly files: readonly SourceFile[];
}

interface Resolving {
  readonly shelf: PromptShelf;
  readonly reader: IncludeReader;
  readonly inputs: readonly string[] | undefined;
  readonly placed: PlacedPrompt[];
}

/**
 * Puts the final text of every prompt file that a crew or SOP file names in its place, so that all that holds of texts that are
 * written there holds of it too: partials in place, inputs set before the body, each stretch with its place in its own file.
 * `model` and `output` of the front matter become those of the place. `inputs` are the names of the inputs that templates
 * there may read; undefined when they are not known. What is wrong is reported, and an empty text stands for it.
 */
export function resolvePrompts(
  root: SourceNode,
  inputs: readonly string[] | undefined,
  reader: IncludeReader,
): ResolvedPrompts {
  const shelf = createPromptShelf(folderOf(root, reader), reader);
  const state: Resolving = { shelf, reader, inputs, placed: [] };
  const seeText = (node: ScalarNode): void => reportName(node, shelf, reader);
  const resolved = replacePrompts(root, place => textAt(place, state), seeText);
  return { root: resolved, placed: state.placed, files: shelf.files() };
}

/** A text that is no more than the name of a prompt file, or its path, is sent as it is. */
function reportName(node: ScalarNode, shelf: PromptShelf, { report }: IncludeReader): void {
  const text = typeof node.value === 'string' ? node.value.trim() : '';
  if (text.length > LONGEST_NAME || /\s/.test(text)) return;
  const isPath = text.endsWith('.prompt.md');
  const name = promptNameOf(isPath ? text : `${text}.prompt.md`);
  if (name === undefined || name.partial || (!isPath && !shelf.has(name))) return;
  const variant = name.variant === undefined ? '' : `, variant: ${name.variant}`;
  report({
    code: 'prompt-as-text',
    severity: 'warning',
    range: nodeRange(node),
    message: `The text ${quote(text)} is sent as it is, and names a prompt file`,
    hint: `to send what the file says, write \`{ prompt: ${name.name}${variant} }\``,
  });
}

const LONGEST_NAME = 200;

/** The folder of the prompt files, as the other files are named. */
function folderOf(root: SourceNode, { report }: IncludeReader): string {
  const node = entryOf(root, 'prompts')?.value;
  const written = node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : PROMPT_FOLDER;
  const refusal = refusedInclude(written);
  if (refusal !== undefined && node) {
    report({ code: 'include-not-relative', range: nodeRange(node), message: refusal });
  }
  return resolveSourcePath(root.file.path, refusal === undefined ? written : PROMPT_FOLDER);
}

function textAt(place: PlacedText, state: Resolving): HeadPlaces {
  const { node } = place;
  const mark = entryOf(node, 'prompt')?.value;
  const empty: ScalarNode = {
    kind: 'scalar',
    value: '',
    style: 'plain',
    file: node.file,
    start: node.start,
    end: node.start,
  };
  if (mark?.kind !== 'scalar' || typeof mark.value !== 'string' || !isName(mark.value))
    return { value: empty };
  const variant = entryOf(node, 'variant')?.value;
  const variantName =
    variant?.kind === 'scalar' && typeof variant.value === 'string' ? variant.value : undefined;
  if (variant !== undefined && (variantName === undefined || !isName(variantName))) return { value: empty };
  const name = {
    name: mark.value,
    ...(variantName === undefined ? {} : { variant: variantName }),
    partial: false,
  };
  const read = state.shelf.find(name, nodeRange(variant ?? mark));
  if (read === undefined) return { value: empty };
  const value = finalText(read, { place, mark, state }) ?? empty;
  return addHead(read, { place, value, report: state.reader.report });
}

const NAME = /^[a-z][a-z0-9_-]*$/;

/** Anything else has been refused by the schema. */
function isName(word: string): boolean {
  return NAME.test(word);
}

interface Use {
  readonly place: PlacedText;
  readonly mark: ScalarNode;
  readonly state: Resolving;
}

/** The text, or undefined when nothing more can be said of it; that was reported. */
function finalText(read: ReadPrompt, use: Use): ScalarNode | undefined {
  const { place, mark, state } = use;
  const { report } = state.reader;
  const fixed = place.kind === 'fixed';
  const inlined = inlinePartials(read, { shelf: state.shelf, report });
  const given = entryOf(place.node, 'with')?.value;
  const { inputs } = state;
  const { before, bound, names, broken } = bindPrompt({ read, mark, given, inputs, fixed, report });
  if (inlined.text.trim() === '') {
    if (inlined.broken || read.diagnostics.some(({ code }) => code === 'file-too-large')) return undefined;
    const message = `The prompt ${quote(read.prompt.name)} has no text`;
    report({ code: 'empty-file', range: nodeRange(read.body), message });
    return undefined;
  }
  const known = fixed ? (names ?? []) : names;
  const strange = known === undefined ? [] : refuseStrangers(read, inlined, { names: known, fixed, report });
  const isRead = !inlined.broken && checkTemplate(inlined.text, 'text').problems.length === 0;
  if (names !== undefined && isRead) reportUnread(read, inlined.reads, state);
  const text = joinTexts([before, inlined]);
  const untold = [...broken, ...strange];
  if (fixed) return untold.length > 0 ? undefined : renderFixed(text, read, use);
  const node = asScalar(text, mark);
  state.placed.push({ used: usedAt(read, use), node, bound, untold });
  return node;
}

function usedAt(read: ReadPrompt, { place, state }: Use): UsedPrompt {
  const { name, variant, path } = read.prompt;
  const output = state.shelf.outputOf(read);
  return {
    at: place.path.join('.'),
    name,
    ...(variant === undefined ? {} : { variant }),
    hash: state.shelf.hashOf(read),
    ...(output === undefined ? {} : { output }),
    file: path,
  };
}

function reportUnread({ prompt, head }: ReadPrompt, reads: ReadonlySet<string>, { reader }: Resolving): void {
  for (const { name } of prompt.head.input ?? []) {
    const key = entryOf(entryOf(head, 'input')?.value, name)?.keyPlace;
    if (key === undefined || reads.has(name)) continue;
    const message = `The input ${quote(name)} of the prompt is never read`;
    reader.report({ code: 'unused-input', range: nodeRange(key), message, severity: 'warning' });
  }
}

/** A text that is no template is rendered now, with the values that it is given. */
function renderFixed(text: PromptText, read: ReadPrompt, use: Use): ScalarNode | undefined {
  const { mark, state } = use;
  const { report } = state.reader;
  const check = checkTemplate(text.text, 'text');
  reportTemplateProblems({ node: asScalar(text, mark), check }, report);
  if (check.problems.length > 0) return undefined;
  try {
    const { file, start, end } = mark;
    const value = renderTemplate(text.text, {});
    const node: ScalarNode = { kind: 'scalar', value, style: 'plain', file, start, end };
    state.placed.push({ used: usedAt(read, use), node, bound: [], untold: [] });
    return node;
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    report({ code: 'template-syntax', range: nodeRange(read.body), message: error.message });
    return undefined;
  }
}
