import { checkTemplate } from '../expressions/template-check.ts';
import { MAX_TEMPLATE_LENGTH } from '../expressions/template-engine.ts';
import { templateNames } from '../expressions/template-names.ts';
import type { SourceRange } from '../model/diagnostic.ts';
import { promptFileName } from '../model/prompt-file.ts';
import { suggest } from './closest.ts';
import { type PartialParameter, readParameters } from './partial-parameters.ts';
import { listPartialTags, type PartialTag } from './prompt-partials.ts';
import type { PromptShelf } from './prompt-shelf.ts';
import { asScalar, glueText, joinTexts, type PromptText, stretchOf } from './prompt-text.ts';
import type { ReadPrompt } from './read-prompt-file.ts';
import { quote, type Report } from './report.ts';
import { scalarRange } from './scalar-range.ts';
import { keyPlaceOf, nodeAt, nodeRange } from './source-node.ts';
import { reportTemplateProblems } from './template-problems.ts';

const DEEPEST_NESTING = 8;
/** Liquid that takes away the white space before it. */
const TRIMS_BEFORE = /^\s*\{[{%]-/;
const MOST_PARTIALS = 1000;

/** A text in which all partials stand, with the names that it reads from around it and those that it sets. */
export interface InlinedText extends PromptText {
  /** Whether something could not be put in; that was reported. */
  readonly broken: boolean;
  readonly reads: ReadonlySet<string>;
  readonly sets: ReadonlySet<string>;
}

interface Inlining {
  readonly shelf: PromptShelf;
  readonly report: Report;
  /** The partials that are being put in, outermost first. */
  readonly open: readonly string[];
  /** How many characters and partials may still be put in. */
  readonly room: { left: number; partials: number; broken: boolean };
}

/** A tag with what it puts in. */
interface Placed {
  readonly tag: PartialTag;
  readonly parameters: readonly PartialParameter[];
  readonly inner: InlinedText;
  /** What it reads from around it in the values that it gives, and inside its partial; and the names that stay set behind it. */
  readonly givenReads: ReadonlySet<string>;
  readonly innerReads: ReadonlySet<string>;
  readonly sets: ReadonlySet<string>;
}

const NOTHING: InlinedText = { broken: true, text: '', pieces: [], reads: new Set(), sets: new Set() };

/**
 * Puts the partials of a prompt in the places of their tags, all the way down. What cannot be put in is reported where it is
 * named and left out. A partial reads what stands around it; what the tag gives it is set before it. Since the names that a
 * partial sets stay set, one that is also used around it is reported: so the text means what rendering with partials would.
 */
export function inlinePartials(
  read: ReadPrompt,
  { shelf, report }: Pick<Inlining, 'shelf' | 'report'>,
): InlinedText {
  return inline(read, {
    shelf,
    report,
    open: [],
    room: { left: MAX_TEMPLATE_LENGTH, partials: MOST_PARTIALS, broken: false },
  });
}

function inline(read: ReadPrompt, state: Inlining): InlinedText {
  const { body, prompt } = read;
  const tags = listPartialTags(prompt.body);
  state.room.left -= prompt.body.length;
  state.room.partials -= tags.length;
  if (state.room.partials < 0) {
    const message = `With its partials the prompt puts in more than ${MOST_PARTIALS} of them`;
    state.report({ code: 'file-too-large', range: scalarRange(body, 0, 1), message });
    return NOTHING;
  }
  const placed = tags.map(tag => placeTag(read, tag, state));
  if (state.open.length === 0) reportUnusedPartials(read, state.report);
  const blanked = blank(prompt.body, tags);
  const own = templateNames(blanked);
  const kept = placed.filter(one => one !== undefined);
  if (kept.length < placed.length) state.room.broken = true;
  const around = usedAround(own, kept);
  for (const one of kept) reportClash(read, one, { ...around, report: state.report });
  const parts: PromptText[] = [];
  let at = 0;
  for (const [index, tag] of tags.entries()) {
    parts.push(stretchOf(body, at, tag.offset));
    const one = placed[index];
    if (one !== undefined) parts.push(writeOut(read, one));
    at = tag.offset + tag.length;
  }
  const text = joinTexts([...parts, stretchOf(body, at)]);
  const reads = new Set([...own.reads, ...kept.flatMap(one => [...one.givenReads, ...one.innerReads])]);
  const sets = new Set([...own.sets, ...kept.flatMap(one => [...one.sets])]);
  return { ...text, broken: state.room.broken, reads, sets };
}

/** The text with white space in place of the tags, so that offsets stay. */
function blank(text: string, tags: readonly PartialTag[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { offset, length } of tags) {
    parts.push(text.slice(at, offset), ' '.repeat(length));
    at = offset + length;
  }
  return [...parts, text.slice(at)].join('');
}

function placeTag(read: ReadPrompt, tag: PartialTag, state: Inlining): Placed | undefined {
  const { report, open, shelf, room } = state;
  const range = scalarRange(read.body, tag.nameOffset, tag.nameLength);
  const refuse = (
    code: 'prompt-partial' | 'include-cycle' | 'too-deep' | 'file-too-large',
    message: string,
    hint?: string,
  ): undefined => {
    report({ code, range, message, hint });
    return undefined;
  };
  const { name } = tag;
  if (name === undefined) {
    const message = 'A partial is named by a text in quotes, so that it is known before a run';
    return refuse('prompt-partial', message, `write \`{% ${tag.tag} "name" %}\``);
  }
  const parameters = readParameters(tag.rest);
  if (parameters === undefined) {
    const at = scalarRange(read.body, tag.restOffset, Math.max(1, tag.rest.trimEnd().length));
    const message = `What stands behind the name of the partial is not \`, name: value\``;
    const hint = 'for a list write `{% for item in items %}` around it, and give it `, item: item`';
    report({ code: 'prompt-partial', range: at, message, hint });
    return undefined;
  }
  if (!isAllowed(read, name, { range, report })) return undefined;
  if (open.includes(name)) {
    const chain = [...open.slice(open.indexOf(name)), name].map(quote).join(' → ');
    return refuse('include-cycle', `The partial puts itself in: ${chain}`);
  }
  if (open.length >= DEEPEST_NESTING) {
    return refuse('too-deep', `Partials stand in one another more than ${DEEPEST_NESTING} levels deep`);
  }
  const partial = shelf.find({ name, partial: true }, range);
  if (partial === undefined) return undefined;
  if (partial.prompt.body.length > room.left) {
    return refuse(
      'file-too-large',
      `With its partials the prompt has more than ${MAX_TEMPLATE_LENGTH} characters`,
    );
  }
  const inner = inline(partial, { ...state, open: [...open, name] });
  const given = parameters.filter(one => one.name !== one.value);
  return placedTag(tag, given, checked(partial, inner, state));
}

function placedTag(tag: PartialTag, parameters: readonly PartialParameter[], inner: InlinedText): Placed {
  const names = new Set(parameters.map(one => one.name));
  return {
    tag,
    parameters,
    inner,
    givenReads: new Set(parameters.flatMap(({ value }) => [...templateNames(`{{ ${value} }}`).reads])),
    innerReads: new Set([...inner.reads].filter(name => !names.has(name))),
    sets: new Set([...names, ...inner.sets]),
  };
}

/** A prompt that lists its partials puts no others in. */
function isAllowed(
  { prompt }: ReadPrompt,
  name: string,
  { range, report }: { readonly range: SourceRange; readonly report: Report },
): boolean {
  const { partials } = prompt.head;
  if (partials === undefined || partials.includes(name)) return true;
  const message = `The prompt does not list the partial ${quote(name)}`;
  const hint = suggest(name, partials) ?? `add ${quote(name)} to \`partials\` of the front matter`;
  report({ code: 'prompt-partial', range, message, hint });
  return false;
}

/** A partial is a whole template by itself, so that no block of it ends outside of it; one that is not is left out. */
function checked(
  { body, prompt, head }: ReadPrompt,
  inner: InlinedText,
  { report, room }: Inlining,
): InlinedText {
  for (const key of ['model', 'input', 'output', 'samples', 'metrics']) {
    if (head === undefined || nodeAt(head, [key]) === undefined) continue;
    const message = `${quote(key)} has no effect in the partial ${quote(promptFileName(prompt))}`;
    const hint = 'it belongs to the prompts that put the partial in';
    report({ code: 'idle-setting', range: keyPlaceOf(head, [key]), message, hint });
  }
  const check = checkTemplate(inner.text, 'text');
  reportTemplateProblems({ node: asScalar(inner, body), check }, report);
  if (check.problems.length === 0) return inner;
  room.broken = true;
  return NOTHING;
}

/** What a body uses besides a partial of it. */
interface Around {
  /** By the body itself, and in what its tags give. */
  readonly used: ReadonlySet<string>;
  /** In how many of its partials each name is read from around. */
  readonly readInside: ReadonlyMap<string, number>;
}

function usedAround(own: ReturnType<typeof templateNames>, kept: readonly Placed[]): Around {
  const readInside = new Map<string, number>();
  for (const { innerReads } of kept)
    for (const name of innerReads) readInside.set(name, (readInside.get(name) ?? 0) + 1);
  const given = kept.flatMap(({ givenReads }) => [...givenReads]);
  return { used: new Set([...own.reads, ...own.sets, ...given]), readInside };
}

/** Names that stay set behind a partial must not be used around it, nor by another partial that is not given them. */
function reportClash(
  { body }: ReadPrompt,
  one: Placed,
  { used, readInside, report }: Around & { readonly report: Report },
): void {
  const isReadByOthers = (name: string): boolean =>
    (readInside.get(name) ?? 0) > (one.innerReads.has(name) ? 1 : 0);
  const name = [...one.sets].find(set => used.has(set) || isReadByOthers(set));
  if (name === undefined) return;
  const given = one.parameters.some(parameter => parameter.name === name);
  const message = given
    ? `${quote(name)} is given to this partial and used around it too, where it would be another value then`
    : `This partial sets ${quote(name)}, which is used around it too`;
  const range = scalarRange(body, one.tag.nameOffset, one.tag.nameLength);
  report({ code: 'prompt-partial', range, message, hint: 'take another name for one of them' });
}

/** What stands in the place of a tag. `{% # %}` keeps white space where rendering with partials would keep it. */
function writeOut({ body }: ReadPrompt, { tag, parameters, inner }: Placed): PromptText {
  const { start, end } = scalarRange(body, tag.offset, tag.length);
  const mark = { ...body, value: '', start: start.offset, end: end.offset };
  const glue = (text: string): PromptText => glueText(text, mark);
  const text = String(body.value);
  const before = trimsBehind(text.slice(0, tag.offset)) || TRIMS_BEFORE.test(inner.text);
  const behind = TRIMS_BEFORE.test(text.slice(tag.offset + tag.length)) || trimsBehind(inner.text);
  const left = tag.trimsLeft ? '{%- # %}' : before ? '{% # %}' : '';
  const right = tag.trimsRight ? '{% # -%}' : behind ? '{% # %}' : '';
  const assigned = parameters.flatMap(({ name, value, offset }) => {
    const from = tag.restOffset + offset;
    return [glue(`{% assign ${name} = `), stretchOf(body, from, from + value.length), glue(' %}')];
  });
  return joinTexts([glue(left), ...assigned, inner, glue(right)]);
}

/** Whether the last Liquid of a text takes away the white space behind it. */
function trimsBehind(text: string): boolean {
  return /^-[}%]\}$/.test(text.trimEnd().slice(-3));
}

function reportUnusedPartials({ prompt, head }: ReadPrompt, report: Report): void {
  for (const [index, name] of (prompt.head.partials ?? []).entries()) {
    const node = nodeAt(head, ['partials', index]);
    if (node === undefined || prompt.includes.includes(name)) continue;
    const message = `The partial ${quote(name)} is listed and never put in`;
    report({
      code: 'unused-partial',
      range: nodeRange(node),
      message,
      severity: 'warning',
      hint: 'take it out',
    });
  }
}
