import { canonicalJson } from '../model/canonical-json.ts';
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
export function promptOutputHash({ path, head }: PromptFile, readSource: ReadSource): string | undefined {
  const { output } = head;
  if (output === undefined || typeof output === 'boolean') return undefined;
  const at = { file: path, range: rangeOf(sourceFileOf(path, ''), 0, 0) };
  // What is wrong with the files is reported at the place of the prompt.
  const reader = { readSource, sources: new Map<string, string>(), report: () => undefined };
  const schema = inlineSchema(output, at, reader);
  if (schema === undefined || canonicalJson(schema) === canonicalJson(output)) return undefined;
  return hashOf({ schema });
}
