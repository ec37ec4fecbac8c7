import { loadCrew } from '../../src/language/load-crew.ts';
import { CATALOG, sourceOf } from './catalog.ts';

/** A crew without its phase `it`. */
export const HEAD = `version: 1
crew: example
goal: Describe a change.
inputs: { tone: { type: string, default: plain } }
models: { careful: "openai:gpt-5-mini" }
roles: { writer: { goal: Write clearly. }, critic: { goal: Find what is missing. } }
tools: { git: builtin:git }
budget: { calls: 40 }
start: collect
phases:
  collect: { tool: git.diff, with: { range: HEAD }, next: it }
  done: { end: success, result: "{{ it }}" }
`;

/** The crew with a phase `it`, and prompt files by name. */
export function load(
  it: string,
  prompts: Readonly<Record<string, string>> = {},
  more: Readonly<Record<string, string>> = {},
) {
  const files = Object.entries(prompts).map(([name, text]) => [`prompts/${name}.prompt.md`, text]);
  const readSource = sourceOf({
    'a.crew.yaml': `${HEAD}  it: ${it}\n`,
    ...Object.fromEntries(files),
    ...more,
  });
  return loadCrew({ path: 'a.crew.yaml', readSource, catalog: CATALOG });
}

/** The codes of what is an error, with their places. */
export function errorsOf(loaded: ReturnType<typeof load>): readonly string[] {
  return codesOf({
    ...loaded,
    diagnostics: loaded.diagnostics.filter(({ severity }) => severity === 'error'),
  });
}

/** The codes of all that is found, with their places. */
export function codesOf(loaded: ReturnType<typeof load>): readonly string[] {
  return loaded.diagnostics.map(
    ({ code, range }) => `${code} ${range.file}:${range.start.line}:${range.start.column}`,
  );
}
