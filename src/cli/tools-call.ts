import { suggest } from '../language/closest.ts';
import type { Crew } from '../model/crew.ts';
import { CrewError } from '../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { ToolSpec } from '../model/tool-spec.ts';
import { toolsetSpecs } from '../model/toolset-specs.ts';
import { type CommandCall, textFlags } from './command.ts';
import { readCrewFile, showDiagnostics } from './read-crew-file.ts';
import { readGrants } from './read-grants.ts';
import { requireTrust } from './require-trust.ts';
import { readResultRequest } from './result-output.ts';
import { policyForRun } from './run-policy.ts';
import { runSession } from './run-session.ts';
import { loadCompiler, loadLanguage } from './wire.ts';
import { openWorkspaceEngine, workspaceOf } from './workspace.ts';
import { realWorld } from './world.ts';

/**
 * `crew tools call FILE TOOL [JSON]`: calls one tool of a crew as a run of one phase would, with the same questions, and prints
 * its result. The call is recorded like every run.
 */
export async function callCrewTool({ positionals, values, terminal }: CommandCall): Promise<number> {
  const [file, tool, json, more] = positionals;
  if (file === undefined || tool === undefined || more !== undefined) {
    throw new CrewError(
      'USAGE',
      'expected a crew file, a tool and its arguments: `crew tools call FILE TOOL [JSON]`',
    );
  }
  const loaded = await readCrewFile(file, terminal);
  await showDiagnostics(loaded, terminal);
  if (loaded.crew === undefined)
    throw new CrewError('CREW_INVALID', `\`${file}\` has errors, so nothing was called`);
  const { catalog } = await loadLanguage();
  const { compileCrew } = await loadCompiler();
  const specs = loaded.crew.toolsets.flatMap(toolset => toolsetSpecs(toolset, catalog) ?? []);
  const spec = specs.find(({ name }) => name === tool);
  if (spec === undefined) throw unknownTool(tool, specs);
  const args = readArguments(spec, json, textFlags(values, 'input'));
  await requireTrust({ file, loaded, values, terminal });
  const request = await readResultRequest(values, terminal.cwd);
  const workspace = workspaceOf(values, terminal);
  const names = inputNames(args);
  const inputs = Object.fromEntries(
    Object.entries(args).map(([name, value]) => [names.get(name) ?? name, value]),
  );
  const program = compileCrew(oneCall(loaded.crew, tool, names), {
    sourceMap: {},
    catalog,
    folder: terminal.cwd,
  });
  const runId = realWorld.newId();
  const policy = await policyForRun({ runId, program }, values, terminal);
  const grants = readGrants(values, program);
  const engine = await openWorkspaceEngine(values, terminal);
  try {
    const at = realWorld.now();
    const started = {
      type: 'run.started',
      at,
      runId,
      inputs,
      workspace,
      models: {},
      terms: {},
      grants,
      policy,
    } as const;
    const journal = engine.create(runId, program, at, [started]);
    return await runSession({ journal, workspace, opened: new Map(), models: {}, request, values, terminal });
  } finally {
    engine.close();
  }
}

function unknownTool(tool: string, specs: readonly ToolSpec[]): CrewError {
  const hint = suggest(
    tool,
    specs.map(({ name }) => name),
  );
  return new CrewError('USAGE', `the crew has no tool \`${tool}\`${hint === undefined ? '' : `; ${hint}`}`);
}

/** Names of inputs that a template can read: the arguments' own where they are plain words. */
function inputNames(args: JsonObject): ReadonlyMap<string, string> {
  const names = Object.keys(args);
  const isPlain = (name: string): boolean => /^[a-z][a-z0-9_]*$/i.test(name) && !(name in Object.prototype);
  return new Map(names.map((name, index) => [name, isPlain(name) ? name : `argument_${index + 1}_`]));
}

/** Values are inputs, so that nothing in them is taken for a template. */
function oneCall(crew: Crew, tool: string, names: ReadonlyMap<string, string>): Crew {
  const { bindings: _procedure, ...rest } = crew;
  return {
    ...rest,
    inputs: [...names.values()].map(name => ({ name, schema: {}, required: true })),
    roles: [],
    budget: {},
    sop: {
      name: 'call',
      start: 'call',
      roles: [],
      phases: [
        {
          kind: 'tool',
          name: 'call',
          tool,
          with: Object.fromEntries([...names].map(([name, input]) => [name, `{{ inputs.${input} }}`])),
          next: [{ to: 'done' }],
        },
        { kind: 'end', name: 'done', outcome: 'success', result: '{{ call }}' },
      ],
    },
  };
}

function readArguments(spec: ToolSpec, json: string | undefined, pairs: readonly string[]): JsonObject {
  const args: Record<string, JsonValue> = { ...(json === undefined ? {} : parseObject(json)) };
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new CrewError('USAGE', `expected \`-i name=value\`, found \`${pair}\``);
    args[pair.slice(0, at)] = readValue(spec, pair.slice(0, at), pair.slice(at + 1));
  }
  return args;
}

function parseObject(json: string): JsonObject {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // What is said below is all that there is to say.
  }
  throw new CrewError('USAGE', 'the arguments of a tool are a JSON object, such as \'{"path": "notes.md"}\'');
}

/** Text where the tool takes text; else JSON where it is some. */
function readValue({ inputSchema }: ToolSpec, name: string, text: string): JsonValue {
  const properties = (typeof inputSchema === 'boolean' ? {} : inputSchema.properties) as
    | JsonObject
    | undefined;
  const property = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
  const { type } = (typeof property === 'object' && property !== null ? property : {}) as JsonObject;
  if (type === 'string') return text;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
