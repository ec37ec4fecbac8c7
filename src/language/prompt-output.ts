import { canonicalJson } from '../model/canonical-json.ts';
import type { JsonSchema } from '../model/json.ts';
import type { PromptFile } from '../model/prompt-file.ts';
import type { ReadSource } from '../model/source.ts';
import { inlineSchema } from './includes.ts';
import { hashOf } from './server-identity.ts';
import { rangeOf, sourceFileOf } from './source-file.ts';

/**
 * The sha256, in hex, of the `output` of a prompt with the files that it refers to put in; undefined where it refers to none,
 * for then the version of the prompt says it all, or where one of them cannot be put in. References are followed from the
 * path of the prompt.
 */
export function promptOutputHash(prompt: PromptFile, readSource: ReadSource): string | undefined {
  const { output } = prompt.head;
  const { schema } = inlineOutput(prompt, readSource);
  if (schema === undefined || canonicalJson(schema) === canonicalJson(output ?? null)) return undefined;
  return hashOf({ schema });
}

/** The files that the `output` of a prompt refers to, those that they refer to, too, as far as they can be read. */
export function promptOutputFiles(prompt: PromptFile, readSource: ReadSource): readonly string[] {
  return inlineOutput(prompt, readSource).files;
}

interface InlinedOutput {
  readonly schema?: JsonSchema;
  readonly files: readonly string[];
}

function inlineOutput({ path, head }: PromptFile, readSource: ReadSource): InlinedOutput {
  const { output } = head;
  if (output === undefined || typeof output === 'boolean') return { files: [] };
  const at = { file: path, range: rangeOf(sourceFileOf(path, ''), 0, 0) };
  const sources = new Map<string, string>();
  // What is wrong with the files is reported at the place of the prompt.
  const reader = { readSource, sources, report: () => undefined };
  const schema = inlineSchema(output, at, reader);
  return { ...(schema === undefined ? {} : { schema }), files: [...sources.keys()] };
}
