import { basename } from 'node:path';
import type { LoadedCrew } from '../language/load-crew.ts';
import type { ModuleSource } from '../model/crew.ts';
import type { McpServer, Sandbox } from '../model/mcp-server.ts';
import type { PolicyRule } from '../model/policy.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import { type ContentRow, contentHash, namedPrograms } from './crew-content.ts';

/** Whether a crew file starts programs, reaches servers or runs code of its author's, which a person has to accept. Pure. */
export function needsTrust({ toolsets }: Pick<LoadedCrew, 'toolsets'>): boolean {
  return toolsets.some(({ source }) => source.kind !== 'builtin');
}

/**
 * All that a crew file would start, reach and run, for a person who decides whether to trust it. Nothing is cut; what would
 * act on a terminal is shown as escapes.
 */
export function trustText(
  { toolsets, crew }: Pick<LoadedCrew, 'toolsets' | 'crew'>,
  about: { readonly file: string; readonly rows: readonly ContentRow[]; readonly workspace: string },
): string {
  const sections = toolsets.flatMap(({ name, file, source }) => {
    const title = (kind: string): string => `${kind} ${name}${file === about.file ? '' : `, of ${file}`}`;
    if (source.kind === 'mcp') {
      return [[title('MCP server'), ...serverRows(source.server, about), ...toolRows(source.tools.length)]];
    }
    if (source.kind === 'module') return [[title('module'), ...moduleRows(name, source)]];
    if (source.name !== 'shell') return [];
    return [
      [title('shell'), 'runs any program that is asked for and allowed', ...sandboxRows(source.sandbox)],
    ];
  });
  const rules = (crew?.policy ?? []).map(ruleRow);
  if (rules.length > 0) sections.push(['rules of the crew, which only narrow what you allow', ...rules]);
  const all = sections.map(([title = '', ...rows]) => [title, ...rows.map(row => `  ${row}`)].join('\n'));
  const files = about.rows.length === 1 ? '1 file' : `${about.rows.length} files`;
  const text = [...all, `content  sha256 ${contentHash(about.rows)}, ${files}`].join('\n\n');
  return sanitizeText(text, { keepNewlines: true });
}

function serverRows(
  server: McpServer,
  { rows, workspace }: { readonly rows: readonly ContentRow[]; readonly workspace: string },
): readonly string[] {
  const { transport, env, variables, sandbox, roots } = server;
  if (transport.kind === 'http') {
    const headers = Object.entries(transport.headers).map(
      ([name, value]) => `sends    ${word(name)}: ${word(value)}`,
    );
    const login = transport.oauth === undefined ? [] : ['logs in  with OAuth 2.1, as you'];
    const token = transport.bearerEnv === undefined ? [] : [`token    the value of ${transport.bearerEnv}`];
    return [`address  ${word(transport.url)}`, ...headers, ...token, ...login];
  }
  const programs = namedPrograms(server, workspace).flatMap(path =>
    rows
      .filter(row => path.endsWith(row.path.replace(/^(\.\.\/)+/, '')))
      .map(row => `program  ${basename(row.path)}, sha256 ${row.sha256}`),
  );
  return [
    `starts   ${[transport.command, ...transport.args].map(word).join(' ')}`,
    `in       ${transport.cwd === undefined ? 'the workspace' : word(transport.cwd)}`,
    ...new Set(programs),
    `sees     ${['HOME', 'PATH', 'SHELL', 'TERM', ...env].join(', ')}`,
    ...Object.entries(variables).map(([name, value]) => `sets     ${name}=${word(value)}`),
    ...(roots ? ['is told  the folder of the workspace'] : []),
    ...sandboxRows(sandbox),
  ];
}

function toolRows(count: number): readonly string[] {
  return count === 0 ? ['tools    not accepted yet'] : [`tools    ${count}, as crew.lock has them`];
}

function sandboxRows(sandbox: Sandbox | undefined): readonly string[] {
  if (sandbox === undefined) return ['sandbox  none: it may do whatever you may do'];
  const places = sandbox.fs.length === 0 ? 'no files of yours' : sandbox.fs.map(word).join(' ');
  return [`sandbox  ${places}; ${sandbox.net === 'none' ? 'no network' : 'the network of this machine'}`];
}

function moduleRows(alias: string, { path, sha256, tools }: ModuleSource): readonly string[] {
  const names = tools.map(({ name }) => name.slice(alias.length + 1)).join(', ');
  return [
    `runs     ${word(path)}, sha256 ${sha256}`,
    `tools    ${names}`,
    'sandbox  none: it may do whatever you may do',
  ];
}

function ruleRow({ effect, tool, args, others, annotations }: PolicyRule): string {
  const more = { ...(args && { args }), ...(others && { others }), ...(annotations && { annotations }) };
  return `${effect} ${tool}${Object.keys(more).length === 0 ? '' : ` ${JSON.stringify(more)}`}`;
}

/** One word of a command as it would be typed; what a shell would see otherwise stands in quotes. */
function word(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : JSON.stringify(text);
}
