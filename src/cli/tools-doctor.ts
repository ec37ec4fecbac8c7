import { CrewError } from '../model/crew-error.ts';
import type { LockedServer } from '../model/crew-lock.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import type { CommandCall, Terminal } from './command.ts';
import { askServer, type DeclaredMcp, declaredServers } from './list-servers.ts';
import { lockChanges } from './lock-changes.ts';
import { onePositional } from './positionals.ts';
import { readCrewFile } from './read-crew-file.ts';
import { sourceReader } from './read-files.ts';
import { requireTrust } from './require-trust.ts';
import { loadMcpLock } from './wire.ts';
import { workspaceOf } from './workspace.ts';

interface Examined {
  readonly alias: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly server?: string;
  readonly protocol?: string;
  readonly tools?: number;
  /** Whether what it says is what was accepted. */
  readonly pins?: 'fit' | 'differ' | 'not accepted';
  readonly problems: readonly string[];
}

/** `crew tools doctor FILE`: starts each MCP server of a crew file and says how it does. Exits 3 when one is not well. */
export async function doctorTools({ positionals, values, terminal }: CommandCall): Promise<number> {
  const file = onePositional(positionals, 'a crew file: `crew tools doctor FILE`');
  const loaded = await readCrewFile(file, terminal);
  const servers = declaredServers(loaded);
  if (servers.length > 0) await requireTrust({ file, loaded, values, terminal });
  const workspace = workspaceOf(values, terminal);
  const found: Examined[] = [];
  for (const server of servers) {
    const one = await examine(server, workspace, terminal);
    found.push(one);
    if (values.json !== true) terminal.stdout(textOf(one));
  }
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ version: 1, file, servers: found }, null, 2)}\n`);
  } else if (found.length === 0) terminal.stdout('No MCP servers.\n');
  return found.every(({ ok }) => ok) ? 0 : 3;
}

async function examine(server: DeclaredMcp, workspace: string, terminal: Terminal): Promise<Examined> {
  const { alias } = server;
  const began = performance.now();
  const took = (): number => Math.round(performance.now() - began);
  try {
    const listing = await askServer(server, { workspace, terminal });
    const ms = took();
    const { toolPin, serverDeclaration } = await loadMcpLock();
    const { identity } = server.source;
    const tools = listing.tools.map(tool => ({ ...tool, pin: toolPin(identity, tool) }));
    const now = { ...listing, tools, aliases: [alias], declaration: serverDeclaration(server.source.server) };
    const accepted = await acceptedServer(server, terminal);
    const differences = accepted === undefined ? [] : differencesOf(accepted, now);
    const pins = accepted === undefined ? 'not accepted' : differences.length === 0 ? 'fit' : 'differ';
    return {
      alias,
      ok: pins === 'fit',
      ms,
      server: `${listing.server.name} ${listing.server.version}`.trim(),
      protocol: listing.protocol,
      tools: tools.length,
      pins,
      problems: [...listing.problems, ...differences],
    };
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    return { alias, ok: false, ms: took(), problems: [`${error.code}: ${error.message}`] };
  }
}

async function acceptedServer(
  { file, source }: DeclaredMcp,
  terminal: Terminal,
): Promise<LockedServer | undefined> {
  const { readLock, lockPath } = await loadMcpLock();
  const text = sourceReader(terminal.cwd)(lockPath(file));
  return text === undefined ? undefined : readLock(text).lock?.servers.get(source.identity);
}

function differencesOf(accepted: LockedServer, now: LockedServer): readonly string[] {
  const { added, removed, changed } = lockChanges(accepted, now);
  return [
    ...added.map(name => `${JSON.stringify(name)} is new and not accepted`),
    ...removed.map(name => `${JSON.stringify(name)} is gone`),
    ...changed.map(name => `${JSON.stringify(name)} has changed since it was accepted, so it is not called`),
  ];
}

function textOf({ alias, ok, ms, server, protocol, tools, pins, problems }: Examined): string {
  const about =
    server === undefined ? 'did not start' : `${server}, protocol ${protocol}, ${tools} tools, pins ${pins}`;
  const rows = [
    `${ok ? 'ok' : 'no'}  ${alias}: ${about}, ${ms} ms`,
    ...problems.map(problem => `    ${problem}`),
  ];
  return `${rows.map(row => sanitizeText(row, { keepNewlines: true })).join('\n')}\n`;
}
