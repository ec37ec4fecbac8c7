import type { Terminal } from './command.ts';
import { readYamlFile } from './read-yaml.ts';
import { loadScriptSchema } from './wire.ts';

/** Reads the YAML file behind `script:FILE`. Fails with FILE_NOT_FOUND, or INPUT_INVALID and all that is wrong with it. */
export async function readScriptFile(path: string, terminal: Terminal): Promise<unknown> {
  return readYamlFile(path, terminal, { schema: await loadScriptSchema(), what: 'script of replies' });
}
