import type { JsonValue } from '../model/json.ts';
import type { McpServer } from '../model/mcp-server.ts';
import type { Program } from '../model/program.ts';
import { createRedactor, secretValues } from '../policy/redact.ts';

/**
 * Makes what takes the values of secrets out of all that a run records and shows, before anybody sees it: secrets by their
 * names in the environment, and what the program hands to servers. Undefined when there are none. What only looks like a
 * secret stays: it may be what the run is about.
 */
export function createFactRedactor(
  program: Program,
  env: { readonly [name: string]: string | undefined },
): (<Value>(value: Value) => Value) | undefined {
  const secrets = secretValues(env, [...new Set(namesIn(program))]);
  if (secrets.length === 0) return undefined;
  const redact = createRedactor(secrets, { shapes: false });
  return value => redact(value as JsonValue) as typeof value;
}

/** The names of the variables whose values servers are given, in a program and those inside it. */
function namesIn({ toolsets, crews = {} }: Program): readonly string[] {
  const own = Object.values(toolsets).flatMap(behind =>
    typeof behind !== 'string' && 'mcp' in behind ? namesOf(behind.mcp) : [],
  );
  return [...own, ...Object.values(crews).flatMap(namesIn)];
}

function namesOf({ env, transport }: McpServer): readonly string[] {
  if (transport.kind === 'stdio') return env;
  const { bearerEnv, oauth } = transport;
  return [...env, bearerEnv, oauth?.clientSecretEnv].filter(name => name !== undefined);
}
