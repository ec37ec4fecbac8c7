import { suggest } from '../language/closest.ts';
import type { InputDeclaration } from '../model/crew.ts';
import { CrewError } from '../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { loadValidation } from './wire.ts';

/**
 * Puts the inputs of a run together: `-i name=value` over `--inputs FILE` over defaults, each checked against its
 * declaration. Fails with INPUT_INVALID and all problems at once.
 */
export async function readInputs(options: {
  readonly declared: readonly InputDeclaration[];
  readonly pairs: readonly string[];
  /** The text of the file of inputs, if one was named. */
  readonly file?: { readonly path: string; readonly text: string };
}): Promise<JsonObject> {
  const { declared, pairs, file } = options;
  const given = new Map<string, JsonValue>(file === undefined ? [] : Object.entries(readInputsFile(file)));
  const problems: string[] = [];
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1) problems.push(`\`-i ${pair}\` is not of the form \`name=value\``);
    else given.set(pair.slice(0, equals), readText(declared, pair.slice(0, equals), pair.slice(equals + 1)));
  }
  const names = declared.map(({ name }) => name);
  for (const name of given.keys()) {
    if (names.includes(name)) continue;
    const hint = suggest(name, names);
    problems.push(`the crew has no input \`${name}\`${hint === undefined ? '' : `; ${hint}`}`);
  }
  const { validateValue, describeProblems } = await loadValidation();
  const inputs: [string, JsonValue][] = [];
  for (const { name, schema, required, default: fallback } of declared) {
    const value = given.get(name) ?? fallback;
    if (value === undefined) {
      if (required) problems.push(`input \`${name}\` is missing`);
      continue;
    }
    const wrong = validateValue(schema, value);
    if (wrong.length > 0) problems.push(`input \`${name}\`: ${describeProblems(wrong, 3)}`);
    inputs.push([name, value]);
  }
  if (problems.length > 0) throw new CrewError('INPUT_INVALID', problems.join('\n'));
  return Object.fromEntries(inputs);
}

/** Reads the text of a file of inputs, unchecked. Fails with INPUT_INVALID. */
export function readInputsFile({ path, text }: { readonly path: string; readonly text: string }): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as JsonObject;
  } catch (error) {
    throw new CrewError('INPUT_INVALID', `\`${path}\` is not JSON: ${(error as Error).message}`);
  }
  throw new CrewError('INPUT_INVALID', `\`${path}\` must hold one JSON object with the inputs`);
}

/** What does not read as the declared type stays text, and the check says what was expected. */
function readText(declared: readonly InputDeclaration[], name: string, text: string): JsonValue {
  const type = declared.find(input => input.name === name)?.schema.type;
  if (type === 'string' || type === undefined) return text;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
