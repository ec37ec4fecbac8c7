import type { InputDeclaration } from './crew.ts';
import type { JsonObject, JsonValue } from './json.ts';

/** The folder beside a crew or SOP file where its prompt files are looked for when it names no other. */
export const PROMPT_FOLDER = 'prompts';

/** What a prompt file is called: `merge`, its variant `short`, or the partial `_finding`, whose name is `finding`. */
export interface PromptName {
  readonly name: string;
  readonly variant?: string;
  /** A piece that other prompts put in; it has no variants. */
  readonly partial: boolean;
}

/** What the front matter of a prompt file says, as far as it is well formed. */
export interface PromptHead {
  readonly description?: string;
  /** An alias of the crew's models, or a use such as `openai:gpt-5-mini`. */
  readonly model?: string;
  /** The values that the body reads; absent when it reads what stands around it. */
  readonly input?: readonly InputDeclaration[];
  /** The schema as it is written, files that it refers to not put in. */
  readonly output?: JsonValue;
  /** The partials that the body may put in; absent when that is left open. */
  readonly partials?: readonly string[];
  readonly metrics?: readonly string[];
  /** Inputs to compare versions with. */
  readonly samples?: readonly JsonObject[];
}

/** A prompt file as it was read. */
export interface PromptFile extends PromptName {
  readonly path: string;
  readonly head: PromptHead;
  /** The front matter by value; its text where it is no YAML mapping, an empty object where there is none. */
  readonly written: JsonValue;
  /** The Liquid text behind the front matter, with `\n` at the ends of lines and without the last one. */
  readonly body: string;
  /** The partials that the body puts in by name, each once, in order. */
  readonly includes: readonly string[];
}

/** Which prompt, in which version, stands at a place of a crew: `at` is a path such as `phases.merge.task`. */
export interface UsedPrompt {
  readonly at: string;
  readonly name: string;
  readonly variant?: string;
  /** The sha256 of its canonical form, in hex. */
  readonly hash: string;
  /** The sha256 of its output, in hex, with the files that it refers to put in; absent when it refers to none. */
  readonly output?: string;
  /** The path of its file, as the other files of the crew are named. */
  readonly file: string;
}

const FILE_NAME = /^(_?)([a-z][a-z0-9_-]*)(?:\.([a-z][a-z0-9_-]*))?\.prompt\.md$/;

/** The name that a path gives its prompt; undefined when it is not that of a prompt file. Pure. */
export function promptNameOf(path: string): PromptName | undefined {
  const [, mark, name, variant] = FILE_NAME.exec(path.slice(path.lastIndexOf('/') + 1)) ?? [];
  if (name === undefined || (mark === '_' && variant !== undefined)) return undefined;
  return { name, ...(variant === undefined ? {} : { variant }), partial: mark === '_' };
}

/** The name of the file that holds a prompt, without its folder. Pure. */
export function promptFileName({ name, variant, partial }: PromptName): string {
  return `${partial ? '_' : ''}${name}${variant === undefined ? '' : `.${variant}`}.prompt.md`;
}

/** A prompt with its version, as people read it: `merge@3f2a9c1b`, `merge.short@3f2a9c1b`, `_finding@3f2a9c1b`. Pure. */
export function promptVersion({ name, variant, partial = false }: Partial<PromptName>, hash: string): string {
  const mark = partial ? '_' : '';
  return `${mark}${name ?? ''}${variant === undefined ? '' : `.${variant}`}@${hash.slice(0, 8)}`;
}
