import { basename } from 'node:path';
import type { LoadedCrew } from '../language/load-crew.ts';
import type { Crew, ModuleSource, ToolsetDeclaration } from '../model/crew.ts';
import type { McpServer, Sandbox } from '../model/mcp-server.ts';
import type { Policy, PolicyRule } from '../model/policy.ts';
import { displayWidth } from '../reporters/display-width.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import { type ContentRow, contentHash, namedPrograms } from './crew-content.ts';
import { foreignLines } from './foreign-lines.ts';
import { memoryAddress, memoryModel } from './memory/choose-memory.ts';
import { type MayBePersonal, personalUses, personalUseText } from './memory/personal-uses.ts';

/** What a person is told about: the crew file as they named it, its content, and the terminal's width, Infinity for none. */
interface TrustSubject {
  readonly file: string;
  readonly rows: readonly ContentRow[];
  readonly workspace: string;
  readonly columns: number;
}

/** A label of ours, and words that the crew file chose. */
type Row = readonly [string, string];

const UNBOXED: Row = ['sandbox', 'none: it may do whatever you may do'];

/** Whether a crew file starts programs, reaches servers, runs code of its author's or touches what a person keeps for all projects, which they have to accept. Pure. */
export function needsTrust({ toolsets, crew }: Pick<LoadedCrew, 'toolsets' | 'crew'>): boolean {
  const reaches = memoryAddress(crew) !== undefined || memoryModel(crew) !== undefined;
  return reaches || personalUses(crew).length > 0 || toolsets.some(({ source }) => source.kind !== 'builtin');
}

/**
 * All that a crew file would start, reach and run, for a person who decides whether to trust it. Nothing is cut; what would
 * act on a terminal is shown as escapes, and words that need more than a row stand behind a mark, so that none of them looks
 * like a row of ours.
 */
export function trustText(
  {
    toolsets,
    crew,
  }: Pick<LoadedCrew, 'toolsets'> & { readonly crew?: (MayBePersonal & Pick<Crew, 'policy'>) | undefined },
  subject: TrustSubject,
): string {
  const sections = toolsets.flatMap(({ name, file, source }) => {
    const found = sectionOf(name, source, subject);
    if (found === undefined) return [];
    const title = `${found.title} ${word(name)}${file === subject.file ? '' : `, of ${word(file)}`}`;
    return [section(title, found.rows, subject.columns)];
  });
  const address = memoryAddress(crew);
  if (address !== undefined) {
    const rows: readonly Row[] = [
      ['sends', 'what its roles remember'],
      ['to', address],
    ];
    sections.push(section('memory', rows, subject.columns));
  }
  const model = memoryModel(crew);
  if (model !== undefined) {
    const rows: readonly Row[] = [['loads', `${word(model)}, a model that native code reads`]];
    sections.push(section('vectors of its memory', rows, subject.columns));
  }
  const personal = personalUses(crew);
  if (personal.length > 0) {
    const rows: readonly Row[] = [
      ['reads', 'and changes what you keep for all your projects'],
      ...personal.map((use): Row => ['by', personalUseText(use)]),
    ];
    sections.push(section('memory of yours', rows, subject.columns));
  }
  const rules = (crew?.policy ?? []).map(ruleRow);
  if (rules.length > 0) {
    sections.push(section('rules of the crew, which only narrow what you allow', rules, subject.columns));
  }
  return [...sections, contentLine(subject.rows)].join('\n\n');
}

/**
 * All that a project's policy says, for a person who decides whether what it allows counts: its rules in short, whom it
 * believes, and the file as it is written.
 */
export function policyTrustText(
  { rules, servers }: Pick<Policy, 'rules' | 'servers'>,
  subject: Omit<TrustSubject, 'workspace'> & { readonly written: string },
): string {
  const { file, rows, columns, written } = subject;
  const believed = Object.entries(servers)
    .filter(([, { trust }]) => trust === 'annotations')
    .map(([name]): Row => ['believes', `what ${word(name)} says of its own tools`]);
  const short = section(`policy ${word(file)}`, [...rules.map(ruleRow), ...believed], columns);
  return `${short}\n\nas it is written\n${foreignLines(written.trimEnd(), columns)}\n\n${contentLine(rows)}`;
}

function contentLine(rows: readonly ContentRow[]): string {
  const files = rows.length === 1 ? '1 file' : `${rows.length} files`;
  return `content  sha256 ${contentHash(rows)}, ${files}`;
}

function section(title: string, rows: readonly Row[], columns: number): string {
  const lines = rows.map(([label, words]) => {
    const line = `  ${label.padEnd(8)} ${sanitizeText(words, { keepNewlines: false })}`;
    return displayWidth(line) < columns ? line : `  ${label}\n${foreignLines(words, columns)}`;
  });
  return [sanitizeText(title, { keepNewlines: false }), ...lines].join('\n');
}

function sectionOf(
  name: string,
  source: ToolsetDeclaration['source'],
  subject: TrustSubject,
): { readonly title: string; readonly rows: readonly Row[] } | undefined {
  if (source.kind === 'mcp') {
    const names = source.tools.map(tool => word(tool.name.slice(name.length + 1))).join(', ');
    const tools: Row = ['tools', names === '' ? 'not accepted yet' : `${names}, as crew.lock has them`];
    return { title: 'MCP server', rows: [...serverRows(source.server, subject), tools] };
  }
  if (source.kind === 'module') return { title: 'module', rows: moduleRows(name, source) };
  if (source.name !== 'shell') return undefined;
  const rows: readonly Row[] = [
    ['runs', 'any program that is asked for and allowed'],
    sandboxRow(source.sandbox),
  ];
  return { title: 'shell', rows };
}

function serverRows(server: McpServer, { rows, workspace }: TrustSubject): readonly Row[] {
  const { transport, env, variables, sandbox, roots } = server;
  if (transport.kind === 'http') {
    const headers = Object.entries(transport.headers).map(
      ([name, value]): Row => ['sends', `${word(name)}: ${word(value)}`],
    );
    const token: readonly Row[] =
      transport.bearerEnv === undefined ? [] : [['token', `the value of ${word(transport.bearerEnv)}`]];
    const login: readonly Row[] =
      transport.oauth === undefined ? [] : [['logs in', 'with OAuth 2.1, as you']];
    return [['address', word(transport.url)], ...headers, ...token, ...login];
  }
  const named = new Set(namedPrograms(server, workspace).map(path => basename(path)));
  const programs = rows.filter(({ path }) => named.has(basename(path)));
  return [
    ['starts', [transport.command, ...transport.args].map(word).join(' ')],
    ['in', transport.cwd === undefined ? 'the workspace' : word(transport.cwd)],
    ...programs.map(({ path, sha256 }): Row => ['program', `${word(path)}, sha256 ${sha256}`]),
    ['sees', ['HOME', 'PATH', 'SHELL', 'TERM', ...env.map(word)].join(', ')],
    ...Object.entries(variables).map(([name, value]): Row => ['sets', `${word(name)}=${word(value)}`]),
    ...(roots ? [['is told', 'the folder of the workspace'] as const] : []),
    sandboxRow(sandbox),
  ];
}

function sandboxRow(sandbox: Sandbox | undefined): Row {
  if (sandbox === undefined) return UNBOXED;
  const places = sandbox.fs.length === 0 ? 'no files of yours' : sandbox.fs.map(word).join(' ');
  return ['sandbox', `${places}; ${sandbox.net === 'none' ? 'no network' : 'the network of this machine'}`];
}

function moduleRows(alias: string, { path, sha256, tools }: ModuleSource): readonly Row[] {
  const names = tools.map(({ name }) => word(name.slice(alias.length + 1))).join(', ');
  return [['runs', `${word(path)}, sha256 ${sha256}`], ['tools', names], UNBOXED];
}

function ruleRow({ effect, tool, args, others, annotations }: PolicyRule): Row {
  const more = { ...(args && { args }), ...(others && { others }), ...(annotations && { annotations }) };
  return [effect, Object.keys(more).length === 0 ? word(tool) : `${word(tool)} ${JSON.stringify(more)}`];
}

/** One word of a command as it would be typed; what a shell would see otherwise stands in quotes. */
function word(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./*-]+$/.test(text) ? text : JSON.stringify(text);
}
