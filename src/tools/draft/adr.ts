import { posix } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { Tool } from '../../ports/tool.ts';
import { optionalTextArgument, textArgument, textsArgument } from '../arguments.ts';
import { DRAFT_ADR } from './specs.ts';

const NUMBER_WIDTH = 4;
const MAX_SLUG = 60;

interface Option {
  readonly name: string;
  readonly for: readonly string[];
  readonly against: readonly string[];
}

/** What a record says, and what nobody has said yet. */
interface Draft {
  readonly lines: string[];
  readonly missing: string[];
}

/**
 * `draft.adr`: a decision record in Markdown that has what was given and nothing else, under the next number of its
 * folder; its status is `proposed`, because accepting it is for people. Fails with TOOL_ARGUMENTS. Deterministic; reads
 * nothing.
 */
export const draftAdr: Tool = {
  spec: DRAFT_ADR,
  async call(args) {
    const title = oneLine(textArgument(args, 'title'));
    const folder = posix.normalize(textArgument(args, 'folder')).replace(/\/$/, '');
    const number = nextNumber(folder, textsArgument(args, 'files'));
    const file = posix.join(folder, `${String(number).padStart(NUMBER_WIDTH, '0')}-${slugOf(title)}.md`);
    const options = objectsArgument(args, 'options').map(readOption);
    const chosen = optionalTextArgument(args, 'chosen')?.trim() ?? '';
    const draft: Draft = { lines: [`# ${number}. ${title}`, '', 'Status: proposed', ''], missing: [] };
    section(draft, 'Context', paragraph(optionalTextArgument(args, 'context')));
    section(
      draft,
      'Options considered',
      options.flatMap(option => optionLines(option, option.name === chosen)).slice(1),
    );
    section(draft, 'Decision', decisionLines(options, chosen));
    section(draft, 'Consequences', textsArgument(args, 'consequences').map(bullet));
    const material = objectsArgument(args, 'sources').flatMap(source => linkTo(source, folder));
    if (material.length > 0) section(draft, 'Material', material);
    return {
      file,
      text: `${draft.lines.join('\n').trim()}\n`,
      notes: [
        'The record has what was given, in its own words; no language model wrote or judged anything.',
        ...draft.missing.map(name => `Nobody has given anything for "${name}" that could stand there.`),
      ],
    };
  },
};

function section(draft: Draft, name: string, lines: readonly string[]): void {
  if (lines.length === 0) draft.missing.push(name);
  const shown = lines.length === 0 ? [`TODO: nobody has given anything that could stand here.`] : lines;
  draft.lines.push(`## ${name}`, '', ...shown, '');
}

function optionLines({ name, for: pro, against }: Option, isChosen: boolean): readonly string[] {
  const reasons = [
    ...pro.map(reason => `- For: ${oneLine(reason)}`),
    ...against.map(reason => `- Against: ${oneLine(reason)}`),
  ];
  const isOpen = !isChosen && against.length === 0;
  return ['', `### ${name}`, '', ...reasons, ...(isOpen ? ['- Against: TODO, nobody has said.'] : [])];
}

function decisionLines(options: readonly Option[], chosen: string): readonly string[] {
  const option = options.find(({ name }) => name === oneLine(chosen));
  if (option === undefined) return [];
  const why = option.for.map(reason => oneLine(reason).replace(/[.;]$/, '')).join('; ');
  return [`Chosen option: ${option.name}${why === '' ? '.' : `, because: ${why}.`}`];
}

function linkTo(source: JsonObject, folder: string): readonly string[] {
  const { path, title } = source;
  if (typeof path !== 'string') return [];
  const name = typeof title === 'string' && title !== '' ? oneLine(title).replace(/[[\]]/g, '') : path;
  const target = posix.relative(folder, path).split('/').map(encodeURIComponent).join('/');
  return [bullet(`[${name}](${target})`)];
}

function nextNumber(folder: string, files: readonly string[]): number {
  const numbers = files
    .map(file => posix.normalize(file))
    .filter(file => posix.dirname(file) === folder)
    .map(file => /^(?:adr-?)?(\d{1,6})(?=\D)/i.exec(posix.basename(file))?.[1])
    .filter(digits => digits !== undefined);
  return Math.max(0, ...numbers.map(Number)) + 1;
}

function slugOf(title: string): string {
  const plain = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_SLUG)
    .replace(/^-|-$/g, '');
  return plain === '' ? 'decision' : plain;
}

function readOption(value: JsonObject): Option {
  const name = typeof value.name === 'string' ? oneLine(value.name) : '';
  return { name, for: textsArgument(value, 'for'), against: textsArgument(value, 'against') };
}

function objectsArgument(args: JsonObject, name: string): readonly JsonObject[] {
  const value = Object.hasOwn(args, name) ? (args[name] ?? []) : [];
  const isList =
    Array.isArray(value) && value.every((item: JsonValue) => typeof item === 'object' && item !== null);
  if (isList) return value as readonly JsonObject[];
  throw new CrewError(
    'TOOL_ARGUMENTS',
    `expected \`${name}\` to be a list of objects, found \`${typeof value}\``,
  );
}

function paragraph(text: string | undefined): readonly string[] {
  const said = text?.trim() ?? '';
  return said === '' ? [] : [said];
}

function bullet(text: string): string {
  return `- ${oneLine(text)}`;
}

function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}
