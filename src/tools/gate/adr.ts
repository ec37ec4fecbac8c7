import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { Tool } from '../../ports/tool.ts';
import { flagArgument, optionalTextArgument, textArgument, textsArgument } from '../arguments.ts';
import { gateVerdict } from './gate-verdict.ts';
import { inShort } from './items-argument.ts';
import {
  type DecisionOption,
  type DecisionRecord,
  plainName,
  readDecisionRecord,
} from './read-decision-record.ts';
import { GATE_ADR } from './specs.ts';

const STATUS = /^(?:proposed|accepted|rejected|deprecated|superseded)\b/i;
const MARKDOWN = /\.(?:md|markdown)$/i;
const OPEN = /\b(?:TBD|TODO|FIXME)\b/;
/** A part with fewer letters says nothing. */
const FEWEST_LETTERS = 10;

/**
 * `gate.adr`: an architecture decision record in Markdown is complete: a number that is free, a title, a status, context,
 * decision and consequences, two or more options one of which is chosen, a reason against each other one, no dead links.
 * With `given_options` and `given_choice` it must also say what people said. Whether the decision is good is not seen.
 * `repeated` says that it is the very record whose `sha256` is `refused`. Fails with TOOL_ARGUMENTS. Deterministic; changes
 * nothing.
 */
export const gateAdr: Tool = {
  spec: GATE_ADR,
  async call(args) {
    const path = posix.normalize(textArgument(args, 'path').replaceAll('\\', '/'));
    const text = textArgument(args, 'text');
    const record = readDecisionRecord(text);
    const sha256 = createHash('sha256').update(`${path}\n${text}`).digest('hex');
    const files = textsArgument(args, 'files').map(file => posix.normalize(file));
    const number = numberOf(path);
    const chosen = record.options.find(({ chosen: isChosen }) => isChosen);
    const links = record.links.map(target => ({ target, file: linkedFile(path, target) }));
    const absent = links.filter(({ file }) => !isThere(file, [...files, path]));
    const isPartial = flagArgument(args, 'partial');
    const unjudged = absent.filter(({ file }) => isPartial && file !== undefined);
    const reasons = [
      ...numberReasons({ path, number, files, record }),
      ...headReasons(record),
      ...['context', 'decision', 'consequences'].flatMap(name => partReasons(record, name)),
      ...optionReasons(record.options, chosen),
      ...givenReasons(record.options, chosen, {
        options: textsArgument(args, 'given_options'),
        choice: optionalTextArgument(args, 'given_choice')?.trim() ?? '',
      }),
      ...absent.filter(link => !unjudged.includes(link)).map(({ target }) => deadLink(target)),
    ];
    return gateVerdict(reasons, {
      sha256,
      repeated: optionalTextArgument(args, 'refused') === sha256,
      number: number ?? null,
      title: record.title,
      status: record.status,
      options: record.options.map(({ name }) => name),
      chosen: chosen?.name ?? null,
      links: links.map(({ target }) => target),
      unjudged: unjudged.map(({ target }) => target),
    });
  },
};

function numberOf(path: string): number | undefined {
  const digits = /^(?:adr-?)?(\d{1,6})(?=\D)/i.exec(posix.basename(path))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function numberReasons(named: {
  readonly path: string;
  readonly number: number | undefined;
  readonly files: readonly string[];
  readonly record: DecisionRecord;
}): readonly string[] {
  const { path, number, files, record } = named;
  if (!MARKDOWN.test(path)) return [`the path ${inShort(path)} is no Markdown file`];
  if (number === undefined) return [`the file name of ${inShort(path)} does not begin with a number`];
  const taken = files.filter(
    file => posix.dirname(file) === posix.dirname(path) && numberOf(file) === number && MARKDOWN.test(file),
  );
  const isOther = record.number !== undefined && record.number !== number;
  return [
    ...taken.map(file => `the number ${number} is taken by ${file}`),
    ...(isOther ? [`the title has the number ${record.number}, the file name ${number}`] : []),
  ];
}

function headReasons({ title, status }: DecisionRecord): readonly string[] {
  return [
    ...(title === '' ? ['there is no title: a first line such as `# 3. Keep it in one file`'] : []),
    ...(STATUS.test(status)
      ? []
      : ['there is no status: `Status:` and proposed, accepted, rejected, deprecated or superseded']),
  ];
}

function partReasons({ parts }: DecisionRecord, name: string): readonly string[] {
  const text = parts.get(name);
  if (text === undefined) return [`there is no section ${name}`];
  if (OPEN.test(text)) return [`the section ${name} is still open: ${inShort(OPEN.exec(text)?.[0] ?? '')}`];
  return saysNothing(text) ? [`the section ${name} says nothing`] : [];
}

function optionReasons(
  options: readonly DecisionOption[],
  chosen: DecisionOption | undefined,
): readonly string[] {
  const names = options.map(({ name }) => name.toLowerCase());
  const repeated = options.filter(({ name }, index) => names.indexOf(name.toLowerCase()) !== index);
  return [
    ...(options.length < 2 ? [`two or more options are expected, found ${options.length}`] : []),
    ...repeated.map(({ name }) => `the option ${inShort(name)} is there twice`),
    ...(chosen === undefined && options.length > 0
      ? ['no option is chosen: the decision must begin with `Chosen option:` and the name of one']
      : []),
    ...options
      .filter(option => option !== chosen && chosen !== undefined && !option.against.some(isReason))
      .map(({ name }) => `nothing speaks against the rejected option ${inShort(name)}`),
  ];
}

/** What people said before the record was written may not get lost in it. */
function givenReasons(
  options: readonly DecisionOption[],
  chosen: DecisionOption | undefined,
  given: { readonly options: readonly string[]; readonly choice: string },
): readonly string[] {
  const isSame = (one: string, other: string) =>
    plainName(one).toLowerCase() === plainName(other).toLowerCase();
  const lost = given.options.filter(name => !options.some(option => isSame(option.name, name)));
  const isOther = given.choice !== '' && chosen !== undefined && !isSame(chosen.name, given.choice);
  return [
    ...lost.map(name => `the given option ${inShort(name)} is not considered`),
    ...(isOther
      ? [`the given choice is ${inShort(given.choice)}, the record chooses ${inShort(chosen.name)}`]
      : []),
  ];
}

function isReason(text: string): boolean {
  return !saysNothing(text) && !OPEN.test(text);
}

function saysNothing(text: string): boolean {
  return (text.match(/\p{L}/gu)?.length ?? 0) < FEWEST_LETTERS;
}

/** The file in the workspace that a link leads to; undefined for one that leads out of it. */
function linkedFile(path: string, target: string): string | undefined {
  const [bare = ''] = target.split(/[#?]/);
  const file = bare.startsWith('/') ? bare.slice(1) : posix.join(posix.dirname(path), decoded(bare));
  const normal = posix.normalize(file).replace(/\/$/, '');
  return normal === '..' || normal.startsWith('../') ? undefined : normal;
}

function decoded(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    // A lone percent sign is a part of the name.
    return target;
  }
}

function isThere(file: string | undefined, files: readonly string[]): boolean {
  if (file === undefined) return false;
  return file === '.' || files.some(known => known === file || known.startsWith(`${file}/`));
}

function deadLink(target: string): string {
  return `the link ${inShort(target)} leads to no file of the workspace`;
}
