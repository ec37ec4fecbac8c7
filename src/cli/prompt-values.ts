import { evaluateTemplate } from '../expressions/template-evaluate.ts';
import { suggest } from '../language/closest.ts';
import { CrewError } from '../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { Program } from '../model/program.ts';
import { type FlagValues, type Terminal, textFlags } from './command.ts';
import { fitGiven } from './fit-given.ts';
import { givenInputs } from './given-inputs.ts';
import type { PromptPlace } from './prompt-place.ts';
import { readNamedFile } from './read-files.ts';
import { sampleArtifact } from './sample-artifact.ts';
import { sampleWork } from './sample-work.ts';

/** What templates at a place read, with the names of those values for which samples stand. */
export interface PromptValues {
  readonly inputs: JsonObject;
  readonly artifacts: JsonObject;
  readonly locals: JsonObject;
  readonly samples: ReadonlySet<string>;
}

/**
 * The values that a place reads: inputs by `-i`, artifacts and items by `--with NAME=JSON|TEXT|@FILE`, and samples for all that is not
 * given. Fails with INPUT_INVALID, USAGE, FILE_NOT_FOUND or FILE_UNREADABLE.
 */
export async function readPromptValues(
  program: Program,
  place: PromptPlace,
  { values, terminal }: { readonly values: FlagValues; readonly terminal: Terminal },
): Promise<PromptValues> {
  const samples = new Set<string>();
  const inputs = await readInputsOrSamples(program, samples, { values, terminal });
  const given = readGiven(program, place, { texts: textFlags(values, 'with'), terminal });
  await fitGiven(program, given);
  const artifacts: [string, JsonValue][] = Object.values(program.phases).flatMap(phase => {
    if (phase.kind === 'end') return [];
    return [
      [
        phase.name,
        given.get(phase.name) ?? sampled(phase.name, sampleWork(phase.name, phase, program), samples),
      ],
    ];
  });
  const read = { inputs, artifacts: Object.fromEntries(artifacts) };
  return { ...read, locals: localsOf(place, { ...read, given, samples }), samples };
}

function sampled(name: string, value: JsonValue, samples: Set<string>): JsonValue {
  samples.add(name);
  return value;
}

/** Inputs that must be given, and are not, have a sample. */
async function readInputsOrSamples(
  program: Program,
  samples: Set<string>,
  { values, terminal }: { readonly values: FlagValues; readonly terminal: Terminal },
): Promise<JsonObject> {
  const lenient = program.inputs.map(input => ({ ...input, required: false }));
  const given = await givenInputs({ ...program, inputs: lenient }, values, terminal);
  const missing = program.inputs.filter(({ name, required }) => required && !Object.hasOwn(given, name));
  const rows = missing.map(({ name, schema }) => {
    const at = `inputs.${name}`;
    return [name, sampled(at, sampleArtifact(at, schema), samples)] as const;
  });
  return { ...given, ...Object.fromEntries(rows) };
}

function readGiven(
  program: Program,
  place: PromptPlace,
  { texts, terminal }: { readonly texts: readonly string[]; readonly terminal: Terminal },
): ReadonlyMap<string, JsonValue> {
  const working = Object.values(program.phases).filter(({ kind }) => kind !== 'end');
  const names = [...working.map(({ name }) => name), ...localNames(place)];
  const rows = texts.map(text => {
    const equals = text.indexOf('=');
    const name = text.slice(0, equals);
    if (equals < 1)
      throw new CrewError('USAGE', `\`--with ${text}\` is not of the form \`name=JSON\` or \`name=@file\``);
    if (!names.includes(name)) {
      const hint = suggest(name, names) ?? 'the crew has none';
      throw new CrewError('USAGE', `there is no artifact \`${name}\` at \`${place.path}\`; ${hint}`);
    }
    return [name, readValue(name, text.slice(equals + 1), terminal)] as const;
  });
  return new Map(rows);
}

/** How objects and lists begin; a text in Markdown may begin with a bracket, too. */
const LIKE_JSON = /^\s*(?:\{(?![{%])|\[\s*(?:["{]|-?\d|true\b|false\b|null\b))/;

/** What is no JSON is text, unless it is meant to be some. */
function readValue(name: string, text: string, terminal: Terminal): JsonValue {
  const file = text.startsWith('@') ? text.slice(1) : undefined;
  const written = file === undefined ? text : readNamedFile(terminal.cwd, file);
  try {
    return JSON.parse(written) as JsonValue;
  } catch (error) {
    if (!LIKE_JSON.test(written) && file?.endsWith('.json') !== true) return written;
    const what = file === undefined ? `\`--with ${name}\`` : `\`--with ${name}\`: the file \`${file}\``;
    throw new CrewError('USAGE', `${what} is not valid JSON: ${(error as Error).message}`);
  }
}

const HEARD = ['reply', 'speaker', 'turn', 'thread'];

function localNames({ phase, path }: PromptPlace): readonly string[] {
  if (phase.kind === 'each') return [phase.as];
  return phase.kind === 'talk' && path !== phase.name ? HEARD : [];
}

interface Known {
  readonly inputs: JsonObject;
  readonly artifacts: JsonObject;
  readonly given: ReadonlyMap<string, JsonValue>;
  readonly samples: Set<string>;
}

/** The first item of a list, or what is there before the first reply of a conversation. */
function localsOf(place: PromptPlace, { inputs, artifacts, given, samples }: Known): JsonObject {
  const { phase } = place;
  if (phase.kind === 'each') {
    const known = given.get(phase.as);
    const item = known ?? sampled(phase.as, firstItem(phase, { ...artifacts, inputs }), samples);
    return { [phase.as]: item, index: 0 };
  }
  if (localNames(place).length === 0) return {};
  const silent: JsonObject = { reply: null, speaker: null, turn: 0, thread: [] };
  return { ...silent, ...Object.fromEntries([...given].filter(([name]) => HEARD.includes(name))) };
}

function firstItem(phase: Extract<PromptPlace['phase'], { kind: 'each' }>, scope: JsonObject): JsonValue {
  try {
    const list = evaluateTemplate(phase.list, scope);
    const [item] = Array.isArray(list) ? (list as readonly JsonValue[]) : [];
    return item ?? `<${phase.as}>`;
  } catch (error) {
    if (error instanceof CrewError) return `<${phase.as}>`;
    throw error;
  }
}
