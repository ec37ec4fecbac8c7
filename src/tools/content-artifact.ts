import { CrewError } from '../model/crew-error.ts';
import type { JsonObject } from '../model/json.ts';
import type { FileContent } from './file-content.ts';
import { textWindow } from './text-window.ts';

/** The longest file that a tool reads lines from. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;

/**
 * Describes a file for a tool's result: a window of its lines, or why there are none (`omitted`).
 * `title` names the file in messages. Fails with FILE_NOT_FOUND when it is missing, and as `textWindow`. Pure.
 */
export function contentArtifact(
  content: FileContent,
  asked: { readonly from: number | undefined; readonly to: number | undefined },
  title: string,
): JsonObject {
  switch (content.kind) {
    case 'missing':
      throw new CrewError('FILE_NOT_FOUND', `expected a file, found none: ${title}`);
    case 'binary':
      return { ...withoutText(content.bytes, 'a binary file'), binary: true };
    case 'too-large':
      return withoutText(content.bytes, `larger than ${MAX_FILE_BYTES} bytes`);
    case 'text': {
      const window = textWindow(content.text, asked);
      return { binary: false, bytes: content.bytes, ...window };
    }
  }
}

function withoutText(bytes: number, omitted: string): JsonObject {
  return { binary: false, bytes, from: 0, to: 0, total_lines: 0, text: '', truncated: true, omitted };
}
