import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { LoadedCrew } from '../language/load-crew.ts';
import { CrewError } from '../model/crew-error.ts';
import { type CrewLock, EMPTY_LOCK, type LockedServer } from '../model/crew-lock.ts';
import type { McpListing } from '../model/mcp-listing.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import type { FlagValues, Terminal } from './command.ts';
import { askServer, type DeclaredMcp, declaredServers } from './list-servers.ts';
import { changesText, type LockChanges, lockChanges } from './lock-changes.ts';
import { readCrewFile, showDiagnostics } from './read-crew-file.ts';
import { sourceReader } from './read-files.ts';
import { askYes, keepTrust, trustQuestion, trustState } from './require-trust.ts';
import { shownColumns } from './shown-columns.ts';
import { loadMcpLock } from './wire.ts';
import { loadFileChange } from './wire-views.ts';
import { workspaceOf } from './workspace.ts';

/** Whose servers are accepted, and how. */
export interface AcceptCall {
  readonly file: string;
  /** Only the server of this alias. */
  readonly alias?: string | undefined;
  readonly values: FlagValues;
  readonly terminal: Terminal;
}

/** What came of one server. */
export interface AcceptedServer extends LockChanges {
  readonly alias: string;
  readonly identity: string;
  readonly lock: string;
  readonly problems: readonly string[];
}

/** Errors that may follow from tools that are not known yet; all others have to be mended before anything is started. */
const FOLLOWING = new Set(
  `mcp-not-accepted mcp-lock-stale mcp-tool-unknown unknown-tool unknown-argument missing-argument invalid-argument
   incompatible-argument unknown-field incompatible-comparison`.split(/\s+/),
);

/**
 * Shows all that a crew file starts, starts its MCP servers when the person says so (`--yes` says it), shows what they say of
 * their tools and how it differs from what was accepted, and writes `crew.lock` when the person accepts it. The crew file as
 * it is then is trusted. Fails with CREW_INVALID, CREW_UNTRUSTED when the person says no or nobody can be asked, USAGE for
 * an alias that is none, or as the first server that cannot be asked.
 */
export async function acceptServers(call: AcceptCall): Promise<readonly AcceptedServer[]> {
  const { file, alias, values, terminal } = call;
  const loaded = await readCrewFile(file, terminal);
  await refuseBroken(file, loaded, terminal);
  const servers = declaredServers(loaded, alias);
  if (servers.length === 0) throw noServer(file, alias, loaded);
  await askToStart(call, loaded);
  const workspace = workspaceOf(values, terminal);
  const accepted: AcceptedServer[] = [];
  const locks = new Map<string, Map<string, LockedServer>>();
  for (const server of servers) {
    terminal.stderr(`Asking ${server.alias} …\n`);
    const listing = await askServer(server, { workspace, terminal });
    accepted.push(await compare(server, listing, { locks, terminal }));
  }
  const differs = accepted.some(one => one.added.length + one.removed.length + one.changed.length > 0);
  if (
    differs &&
    values.yes !== true &&
    !(await askYes(terminal, 'Accept what they say, and trust the crew file with it? Type yes or no: '))
  ) {
    throw new CrewError(
      'CREW_UNTRUSTED',
      `what the servers of \`${file}\` say was not accepted, so nothing was written`,
    );
  }
  await writeLocks(locks, terminal);
  const fresh = await readCrewFile(file, terminal);
  keepTrust(terminal, trustQuestion({ file, loaded: fresh, values, terminal }));
  const kept = `\`${file}\` is trusted from now on, as it is now: it may start all of this unasked. \`crew trust ${file} --revoke\` takes that back.`;
  terminal.stderr(`${sanitizeText(kept, { keepNewlines: false })}\n`);
  return accepted;
}

async function refuseBroken(file: string, loaded: LoadedCrew, terminal: Terminal): Promise<void> {
  const broken = loaded.diagnostics.filter(
    ({ severity, code }) => severity === 'error' && !FOLLOWING.has(code),
  );
  if (broken.length === 0) return;
  await showDiagnostics({ ...loaded, diagnostics: broken }, terminal);
  throw new CrewError('CREW_INVALID', `\`${file}\` has errors, so nothing was started`);
}

function noServer(file: string, alias: string | undefined, loaded: LoadedCrew): CrewError {
  const names = declaredServers(loaded).map(server => server.alias);
  if (alias === undefined || names.length === 0)
    return new CrewError('USAGE', `\`${file}\` declares no MCP server`);
  return new CrewError(
    'USAGE',
    `\`${file}\` declares no MCP server \`${alias}\`; its servers are ${names.join(', ')}`,
  );
}

async function askToStart({ file, values, terminal }: AcceptCall, loaded: LoadedCrew): Promise<void> {
  const call = { file, loaded, values, terminal };
  if (trustState(call) === 'trusted') return;
  terminal.stderr(`This is all that \`${file}\` starts and runs:\n\n${trustQuestion(call).text}\n\n`);
  if (values.yes === true) return;
  if (!terminal.interactive || values['no-input'] === true) {
    const message = `nobody can be asked whether the servers of \`${file}\` may be started; \`--yes\` says so`;
    throw new CrewError('CREW_UNTRUSTED', message);
  }
  if (await askYes(terminal, 'Start its servers, to see their tools? Type yes or no: ')) return;
  throw new CrewError('CREW_UNTRUSTED', `the servers of \`${file}\` were not started`);
}

/** Puts what a server says into its lock, and shows how that differs. */
async function compare(
  server: DeclaredMcp,
  listing: McpListing,
  {
    locks,
    terminal,
  }: { readonly locks: Map<string, Map<string, LockedServer>>; readonly terminal: Terminal },
): Promise<AcceptedServer> {
  const { serverDeclaration, toolPin, lockPath } = await loadMcpLock();
  const { identity } = server.source;
  const path = lockPath(server.file);
  const accepted = locks.get(path) ?? new Map<string, LockedServer>();
  locks.set(path, accepted);
  const lock = new Map([...(await lockAt(path, terminal)).servers, ...accepted]);
  const { tools, problems, ...about } = listing;
  const before =
    lock.get(identity) ?? [...lock.values()].find(({ aliases }) => aliases.includes(server.alias));
  const now: LockedServer = {
    ...about,
    aliases: [...new Set([...(lock.get(identity)?.aliases ?? []), server.alias])].toSorted(),
    declaration: serverDeclaration(server.source.server),
    tools: tools.map(tool => ({ ...tool, pin: toolPin(identity, tool) })),
  };
  accepted.set(identity, now);
  const changes = lockChanges(before, now);
  const count = `${tools.length} ${tools.length === 1 ? 'tool' : 'tools'}`;
  const name = sanitizeText(`${about.server.name} ${about.server.version}`.trim(), { keepNewlines: false });
  const lines = [
    `${server.alias} (${name}, protocol ${sanitizeText(about.protocol, { keepNewlines: false })}): ${count}`,
    changesText(before, now, shownColumns(terminal)) || 'nothing has changed',
    ...problems.map(problem => `! ${sanitizeText(problem, { keepNewlines: false })}`),
  ];
  terminal.stderr(`\n${lines.join('\n')}\n\n`);
  return { alias: server.alias, identity, lock: path, problems, ...changes };
}

async function lockAt(path: string, terminal: Terminal): Promise<CrewLock> {
  const { readLock } = await loadMcpLock();
  const text = sourceReader(terminal.cwd)(path);
  return text === undefined ? EMPTY_LOCK : (readLock(text).lock ?? EMPTY_LOCK);
}

/**
 * Writes what was accepted into the locks, and takes out the servers that no crew file beside them declares any more; prompts
 * stay as they are, and so does what another process accepted meanwhile.
 */
async function writeLocks(
  locks: ReadonlyMap<string, ReadonlyMap<string, LockedServer>>,
  terminal: Terminal,
): Promise<void> {
  const [{ formatLock }, { changeFile }] = await Promise.all([loadMcpLock(), loadFileChange()]);
  for (const [path, accepted] of locks) {
    const declared = await identitiesBeside(path, terminal);
    await changeFile(resolve(terminal.cwd, path), async () => {
      const { servers, prompts } = await lockAt(path, terminal);
      const rows = [...servers, ...accepted].filter(([identity]) => declared.has(identity));
      return formatLock({ servers: new Map(rows), prompts });
    });
  }
}

async function identitiesBeside(path: string, terminal: Terminal): Promise<ReadonlySet<string>> {
  const folder = dirname(path);
  const names = readdirSync(resolve(terminal.cwd, folder)).filter(name => /\.ya?ml$/.test(name));
  const found = new Set<string>();
  for (const name of names) {
    const loaded = await readCrewFile(join(folder, name), terminal);
    for (const { source } of declaredServers(loaded)) found.add(source.identity);
  }
  return found;
}
