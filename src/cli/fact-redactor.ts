import type { JsonValue } from '../model/json.ts';
import type { McpServer } from '../model/mcp-server.ts';
import type { Program } from '../model/program.ts';
import type { ModelDelta } from '../model/run-event.ts';
import { createRedactor, secretBegun, secretValues } from '../policy/redact.ts';

/** Takes the values of secrets out of what a run records and shows. */
export interface FactRedactor {
  readonly value: <Value>(value: Value) => Value;
  /** What can be shown of a piece of text; what may be the beginning of a secret is kept back for the next one. */
  readonly delta: (delta: ModelDelta) => ModelDelta;
  /** What was kept back of a call that is over; undefined when nothing was. */
  readonly rest: (key: string) => ModelDelta | undefined;
}

/**
 * Makes what takes the values of secrets out of all that a run records and shows, before anybody sees it: secrets by their
 * names in the environment, and what the program hands to servers. Undefined when there are none. What only looks like a
 * secret stays: it may be what the run is about.
 */
export function createFactRedactor(
  program: Program,
  env: { readonly [name: string]: string | undefined },
): FactRedactor | undefined {
  const secrets = secretsOf(program, env);
  if (secrets.length === 0) return undefined;
  const redact = createRedactor(secrets, { shapes: false });
  const kept = new Map<string, ModelDelta>();
  return {
    value: value => redact(value as JsonValue) as typeof value,
    delta: delta => {
      const text = redact((kept.get(delta.key)?.text ?? '') + delta.text);
      const begun = secretBegun(text, secrets);
      kept.set(delta.key, { ...delta, text: text.slice(text.length - begun) });
      return { ...delta, text: text.slice(0, text.length - begun) };
    },
    rest: key => {
      const delta = kept.get(key);
      kept.delete(key);
      return delta === undefined || delta.text === '' ? undefined : delta;
    },
  };
}

/** Takes the same secrets out of what people say. */
export function withoutSecrets(
  program: Program,
  env: { readonly [name: string]: string | undefined },
): (text: string) => string {
  return createFactRedactor(program, env)?.value ?? (text => text);
}

/** The values of an environment that are secrets for a program. Pure. */
export function secretsOf(
  program: Program,
  env: { readonly [name: string]: string | undefined },
): readonly string[] {
  return secretValues(env, [...new Set(namesIn(program))]);
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
