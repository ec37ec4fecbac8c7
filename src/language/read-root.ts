import type { IncludeReader } from './includes.ts';
import { parseSource } from './parse.ts';
import { quote } from './report.ts';
import { rangeOf } from './source-file.ts';
import type { SourceNode } from './source-node.ts';
import { upgradeSource } from './upgrade.ts';

/** Reads and parses the file that was asked for; one that is not there is reported at its own path. */
export function readRoot(path: string, reader: IncludeReader): SourceNode | undefined {
  // A byte order mark is no part of the text that lines and columns count.
  const text = reader.readSource(path)?.replace(/^\uFEFF/, '');
  reader.sources.set(path, text ?? '');
  if (text !== undefined) {
    const { root } = parseSource(path, text, reader.report);
    return root && upgradeSource(root, reader.report);
  }
  const { file } = parseSource(path, '', () => {});
  const message = `The file ${quote(path)} does not exist`;
  reader.report({ code: 'file-not-found', range: rangeOf(file, 0, 0), message });
  return undefined;
}
