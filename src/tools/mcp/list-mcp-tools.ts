import type { Client } from '@modelcontextprotocol/client';
import { CrewError } from '../../model/crew-error.ts';
import type { JsonSchema } from '../../model/json.ts';
import type { ListedTool, McpListing } from '../../model/mcp-listing.ts';
import { createConnection } from './connection.ts';
import type { McpToolsOptions } from './mcp-tools.ts';
import { oneLine } from './notice-limit.ts';
import { unsetVariables } from './server-environment.ts';

const MAX_NAME_LENGTH = 200;

/** A server to be asked what it offers. */
interface ListMcpToolsOptions
  extends Pick<McpToolsOptions, 'alias' | 'server' | 'workspace' | 'env' | 'authorize'> {
  readonly signal?: AbortSignal;
  /** Says why a schema cannot be used; undefined when it can. Tools with such a schema are left out, with a problem. */
  readonly schemaProblem?: (schema: JsonSchema) => string | undefined;
}

/**
 * Starts a server or connects to it, asks what it offers, and ends it. Tools are sorted by name; one that cannot be used is
 * left out and told among the `problems`. Fails within `startTimeoutMs` with TOOL_MISSING, SANDBOX_MISSING,
 * MCP_CREDENTIALS_MISSING, MCP_UNAVAILABLE or TOOL_FAILED.
 */
export async function listMcpTools(options: ListMcpToolsOptions): Promise<McpListing> {
  const { schemaProblem = () => undefined, signal = new AbortController().signal } = options;
  const connection = createConnection({
    ...options,
    authorize: options.authorize,
    prepare: answerNothing,
    listens: false,
  });
  try {
    const { session, list } = await connection.live(signal);
    const { client } = session;
    const capabilities = client.getServerCapabilities();
    const problems = [...unsetVariables(options.server, options.env), ...list.problems];
    const tools = list.tools.filter(tool => {
      const problem = toolProblem(tool, schemaProblem);
      if (problem !== undefined) problems.push(`"${tool.name}" is left out: ${problem}`);
      return problem === undefined;
    });
    const { name = '', version = '' } = client.getServerVersion() ?? {};
    return {
      server: { name: oneLine(name, MAX_NAME_LENGTH), version: oneLine(version, MAX_NAME_LENGTH) },
      protocol: client.getNegotiatedProtocolVersion() ?? '',
      tools,
      resources: capabilities?.resources !== undefined,
      prompts: capabilities?.prompts !== undefined,
      problems,
    };
  } catch (error) {
    if (error instanceof CrewError) throw error;
    throw new CrewError('TOOL_FAILED', `the server \`${options.alias}\` was not asked to its end`, {
      cause: error,
    });
  } finally {
    await connection.close();
  }
}

/** Nobody is asked anything while tools are listed. */
function answerNothing(client: Client): void {
  client.setRequestHandler('elicitation/create', () => ({ action: 'decline' }));
}

function toolProblem(
  { inputSchema, outputSchema }: ListedTool,
  schemaProblem: (schema: JsonSchema) => string | undefined,
): string | undefined {
  const input = schemaProblem(inputSchema);
  if (input !== undefined) return `of its \`inputSchema\`, ${input}`;
  const output = outputSchema === undefined ? undefined : schemaProblem(outputSchema);
  return output === undefined ? undefined : `of its \`outputSchema\`, ${output}`;
}
