import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import type { Program } from '../../model/program.ts';
import { sanitizeText } from '../../reporters/sanitize.ts';
import type { Gate, Served } from '../../serve/gate.ts';
import { chooseModelsHere } from '../choose-models-here.ts';
import { type Command, type CommandCall, type Terminal, textFlag, textFlags } from '../command.ts';
import { BUDGET_FLAGS, INPUT_FLAGS, TRUST_FLAG } from '../flags.ts';
import { loadTrustedProgram } from '../load-program.ts';
import { openModels } from '../open-models.ts';
import { readBudgetFlags } from '../read-budget.ts';
import { knownGrants } from '../read-grants.ts';
import { readPolicy } from '../read-policy.ts';
import { readServeAddress, type ServeAddress } from '../serve-address.ts';
import { createServeHost } from '../serve-host.ts';
import { serverStop } from '../serve-stop.ts';
import { takeStdout } from '../take-stdout.ts';
import { assertTokenPlace, writeTokenFile } from '../token-file.ts';
import { loadServe } from '../wire.ts';
import { openWorkspaceEngine, workspaceOf } from '../workspace.ts';

const TOKEN_BYTES = 32;
const DEFAULT_RUNS = 4;
/** A client that asks for the end of the server expects it within five seconds; calls under way get three of them, what they started the rest. */
const GRACE_MS = 3000;

/** `crew serve FILE…`: the crews as tools of an MCP server, for other programs. */
export const serveCommand: Command = {
  name: 'serve',
  usage: 'serve FILE...',
  summary: 'serve crews as tools of an MCP server',
  flags: {
    stdio: { type: 'boolean', help: 'serve the one client that started this program (the default)' },
    http: { type: 'string', value: 'HOST:PORT', help: 'serve over HTTP; without OAuth only to this machine' },
    'token-file': {
      type: 'string',
      value: 'FILE',
      help: 'write the bearer token to FILE, readable by you alone, instead of showing it; replaces only such a file',
    },
    'oauth-issuer': { type: 'string', value: 'URL', help: 'accept access tokens (JWT) of this issuer' },
    'oauth-resource': {
      type: 'string',
      value: 'URL',
      help: 'the address of the endpoint, which tokens must name as their audience',
    },
    'max-runs': {
      type: 'string',
      value: 'N',
      help: `how many runs may be under way at once (${DEFAULT_RUNS})`,
    },
    model: INPUT_FLAGS.model,
    allow: {
      type: 'string',
      multiple: true,
      value: 'TOOL',
      help: 'call TOOL, or all of a toolset (`change.*`), without asking each time',
    },
    'allow-over-plan': { type: 'boolean', help: 'run even if the plan needs more calls than the budget has' },
    fixture: { type: 'string', value: 'NAME', help: 'serve what a test suite expects', hidden: true },
    ...TRUST_FLAG,
    ...BUDGET_FLAGS,
  },
  run: serve,
};

async function serve(given: CommandCall): Promise<number> {
  const { positionals, values, terminal: caller } = given;
  const address = readServeAddress(values);
  // Over stdio a client is at the other end, not a person.
  const terminal = address === undefined ? { ...caller, interactive: false } : caller;
  const call: CommandCall = { ...given, terminal };
  const fixture = textFlag(values, 'fixture');
  if (fixture !== undefined) return serveFixture(fixture, address, terminal);
  const programs = await loadPrograms(positionals, call);
  const maxRuns = readMaxRuns(textFlag(values, 'max-runs'));
  const workspace = workspaceOf(values, terminal);
  // Asked about now, for nobody is asked when a run begins.
  await readPolicy(values, terminal, { untrusted: 'ask' });
  const stop = serverStop(terminal);
  const engine = await openWorkspaceEngine(values, terminal);
  try {
    const host = createServeHost({ programs, engine, workspace, values, terminal, stop: stop.signal });
    const { createCrewServers } = await loadServe();
    const onBug = (error: unknown): void => tellBug(error, terminal);
    const factory = createCrewServers({ host, version: terminal.version, maxRuns, onBug });
    const serving = await open({ factory }, address, call);
    await Promise.race([stop.asked, serving.ended]);
    stop.begin();
    await Promise.race([host.idle(), stop.after(GRACE_MS)]);
    await serving.close();
    return 0;
  } finally {
    stop.release();
    engine.close();
  }
}

/** What can be wrong with the crews, their models and their tools is found before anybody calls. */
async function loadPrograms(paths: readonly string[], { values, terminal }: CommandCall) {
  if (paths.length === 0)
    throw new CrewError('USAGE', 'expected crew files, such as `crew serve a.crew.yaml`');
  const programs = new Map<string, Program>();
  for (const path of paths) {
    const program = await loadTrustedProgram(path, { terminal, values, budget: readBudgetFlags(values) });
    if (programs.has(program.crew)) {
      throw new CrewError('USAGE', `two of the files have a crew \`${program.crew}\``);
    }
    const { models } = await chooseModelsHere({
      program,
      flags: textFlags(values, 'model'),
      env: terminal.env,
    });
    await openModels(models, terminal);
    programs.set(program.crew, program);
  }
  const known = [...programs.values()].flatMap(knownGrants);
  const strange = textFlags(values, 'allow').find(grant => !known.includes(grant));
  if (strange === undefined) return programs;
  throw new CrewError('USAGE', `\`--allow ${strange}\`: no crew that is served has such a tool`);
}

function readMaxRuns(text: string | undefined): number {
  if (text === undefined) return DEFAULT_RUNS;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new CrewError('USAGE', `\`--max-runs ${text}\`: expected a whole number from 1`);
}

interface Serving {
  /** Settles when nobody is left to be served. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

async function open(
  served: Served,
  address: ServeAddress | undefined,
  { values, terminal }: CommandCall,
): Promise<Serving> {
  if (address === undefined) return openStdio(served);
  const { createTokenGate, createOAuthGate } = await loadServe();
  const { oauth } = address;
  if (oauth !== undefined) {
    const onProblem = (problem: string): void => terminal.stderr(`crew serve: ${shown(problem)}\n`);
    return openHttp({ served, address, gate: createOAuthGate({ ...oauth, onProblem }), terminal });
  }
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const file = textFlag(values, 'token-file');
  const path = file === undefined ? undefined : resolve(terminal.cwd, file);
  if (path !== undefined) assertTokenPlace(path);
  const serving = await openHttp({ served, address, gate: createTokenGate(token), terminal });
  if (path !== undefined) await writeOrClose(serving, () => writeTokenFile(path, token));
  terminal.stderr(file === undefined ? `token: ${token}\n` : `token: in ${shown(file)}\n`);
  return serving;
}

async function openStdio({ factory }: Served): Promise<Serving> {
  const { serveOverStdio } = await loadServe();
  return serveOverStdio(factory, { input: process.stdin, output: takeStdout() });
}

async function openHttp(options: {
  readonly served: Served;
  readonly address: ServeAddress;
  readonly gate: Gate;
  readonly terminal: Terminal;
}): Promise<Serving> {
  const { served, address, gate, terminal } = options;
  const { host, port, path, loopback, oauth } = address;
  const { serveHttp } = await loadServe();
  const publicOrigins = oauth === undefined ? [] : [new URL(oauth.resource).origin];
  const serving = await serveHttp({
    host,
    port,
    path,
    place: { loopback, publicOrigins },
    gate,
    ...served,
    onBug: error => tellBug(error, terminal),
  });
  const name = host.includes(':') ? `[${host}]` : host;
  terminal.stderr(`serving on http://${name}:${serving.port}${path}\n`);
  return { ended: new Promise(() => undefined), close: serving.close };
}

/** Whoever cannot be told the token is not served. */
async function writeOrClose(serving: Serving, write: () => void): Promise<void> {
  try {
    write();
  } catch (error) {
    await serving.close();
    throw error;
  }
}

/** The tools that a conformance suite calls, through the same doors as crews; there is nothing in it to be guarded. */
async function serveFixture(
  name: string,
  address: ServeAddress | undefined,
  terminal: Terminal,
): Promise<number> {
  if (name !== 'mcp-conformance') throw new CrewError('USAGE', `there is no fixture \`${name}\``);
  const { createFixtureServers, OPEN_GATE } = await loadServe();
  const served = createFixtureServers(terminal.version);
  if (address?.loopback === false) throw new CrewError('USAGE', 'a fixture is served to this machine only');
  const stop = serverStop(terminal);
  const serving = await (address === undefined
    ? openStdio(served)
    : openHttp({ served, address, gate: OPEN_GATE, terminal }));
  await Promise.race([stop.asked, serving.ended]);
  await serving.close();
  stop.release();
  return 0;
}

/** For whoever runs the server; clients are told only that there was a mistake. */
function tellBug(error: unknown, terminal: Terminal): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.stderr(`crew serve: ${sanitizeText(text, { keepNewlines: true })}\n`);
}

function shown(text: string): string {
  return sanitizeText(text, { keepNewlines: false });
}
