import { randomBytes } from 'node:crypto';
import {
  type CacheHint,
  createRequestStateCodec,
  fromJsonSchema,
  type JsonSchemaType,
  McpServer,
  type McpServerFactory,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { CrewError } from '../model/crew-error.ts';
import type { JsonObject } from '../model/json.ts';
import { type CallingClient, callCrew, type RoundState } from './call-crew.ts';
import { clientClaims } from './client-claims.ts';
import { outputSchema } from './crew-result.ts';
import { createRunLimit } from './run-limit.ts';
import { registerRuns } from './run-resources.ts';
import type { CrewHost, RunEnd, RunWatch } from './served-crew.ts';

/** The tool that goes on with a run; no crew can have this name, because crews have no dots in theirs. */
const RESUME_TOOL = 'crew.resume';
/** A person may be asked until the next day. */
const STATE_TTL_SECONDS = 24 * 60 * 60;
const MOST_WAITING = 64;
const LONGEST_NAME = 100;
const LIST_HINT: CacheHint = { ttlMs: 60_000, cacheScope: 'private' };

/** What serving crews needs besides them. */
export interface CrewServerOptions {
  readonly host: CrewHost;
  readonly version: string;
  /** How many runs may be under way at once. */
  readonly maxRuns: number;
  readonly onBug: (error: unknown) => void;
}

interface ToolRow {
  readonly name: string;
  readonly description: string;
  readonly readOnly: boolean;
  readonly inputSchema: ReturnType<typeof fromJsonSchema<JsonObject>>;
  readonly outputSchema: ReturnType<typeof fromJsonSchema<JsonObject>>;
  readonly begin: (args: JsonObject, watch: RunWatch, key: string | undefined) => Promise<RunEnd>;
}

/** Makes the servers of all clients; they share the runs, their limit and nothing else. Names and lists never change. */
export function createCrewServers({ host, version, maxRuns, onBug }: CrewServerOptions): McpServerFactory {
  const rows = [...host.crews.map(crew => crewRow(host, crew)), resumeRow(host)];
  const limited = createRunLimit(maxRuns, MOST_WAITING);
  const codec = createRequestStateCodec<RoundState>({
    key: randomBytes(32),
    ttlSeconds: STATE_TTL_SECONDS,
    bind: context => subjectOf(context) ?? '',
  });
  return ({ era }) => {
    const server = new McpServer(
      { name: 'crewfile', version },
      {
        // Names and lists stay as they are, so nobody need listen for changes.
        capabilities: { tools: { listChanged: false }, resources: { listChanged: false }, completions: {} },
        instructions: INSTRUCTIONS,
        cacheHints: { 'tools/list': LIST_HINT, 'resources/templates/list': LIST_HINT },
        requestState: { verify: codec.verify },
      },
    );
    for (const row of rows) {
      const { name, description, readOnly, inputSchema, outputSchema, begin } = row;
      const annotations = annotationsOf(readOnly);
      server.registerTool(name, { description, inputSchema, outputSchema, annotations }, (args, context) =>
        callCrew({
          host,
          tool: name,
          begin: (watch, key) => begin(args as JsonObject, watch, key),
          context,
          client: clientOf(server, context, era === 'modern'),
          limited,
          seal: codec.mint,
          onBug,
        }),
      );
    }
    registerRuns(server, host, onBug);
    return server;
  };
}

const INSTRUCTIONS = `Each tool runs a crew of AI agents and may take minutes; ask for progress. A run that waits for a person says so: its questions come as elicitation where you support it, else a person answers with the commands of the result. Go on with \`${RESUME_TOOL}\`. Records of runs are resources under crew://runs.`;

function crewRow(host: CrewHost, crew: CrewHost['crews'][number]): ToolRow {
  const { name, goal, inputSchema, result, readOnly } = crew;
  return {
    name,
    description: goal,
    readOnly,
    inputSchema: schemaOf(inputSchema),
    outputSchema: schemaOf(outputSchema(result)),
    begin: (inputs, watch, key) =>
      host.start({ crew: name, inputs, ...(key === undefined ? {} : { key }) }, watch),
  };
}

/**
 * There is no tool that answers questions: a tool is called by a model, and what a run asks is for a person, who answers
 * by elicitation or in a shell.
 */
function resumeRow(host: CrewHost): ToolRow {
  return {
    name: RESUME_TOOL,
    description:
      'Goes on with a run that waits or was stopped, after a person has answered, and gives its result. For a run that is over it gives the result again and does nothing.',
    readOnly: host.crews.every(({ readOnly }) => readOnly),
    inputSchema: schemaOf({
      type: 'object',
      properties: { run: { type: 'string', description: 'the id of the run', minLength: 1, maxLength: 64 } },
      required: ['run'],
      additionalProperties: false,
    }),
    outputSchema: schemaOf(outputSchema(true)),
    begin: ({ run }, watch) => {
      if (typeof run !== 'string') throw new CrewError('INPUT_INVALID', 'expected the id of a run in `run`');
      return host.resume(run, new Map(), watch);
    },
  };
}

function schemaOf(schema: JsonObject) {
  return fromJsonSchema<JsonObject>(schema as unknown as JsonSchemaType);
}

/** A run reaches models, so its world is open; it is never the same call twice. */
function annotationsOf(readOnly: boolean) {
  return { readOnlyHint: readOnly, destructiveHint: !readOnly, idempotentHint: false, openWorldHint: true };
}

function clientOf(server: McpServer, context: ServerContext, modern: boolean): CallingClient {
  const { name, capabilities } = clientClaims(server, context);
  const { elicitation } = capabilities;
  const forms = elicitation !== undefined && (Object.keys(elicitation).length === 0 || 'form' in elicitation);
  const subject = subjectOf(context);
  const said = (subject ?? name ?? 'somebody').slice(0, LONGEST_NAME);
  return { name: `${said} (MCP)`, subject, modern, canElicit: forms };
}

/** Whose access token the request came with. */
function subjectOf({ http }: ServerContext): string | undefined {
  const subject = http?.authInfo?.extra?.subject;
  return typeof subject === 'string' ? subject : undefined;
}
