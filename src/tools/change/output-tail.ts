import { decodeText } from '../file-content.ts';

/** The last bytes of an output that arrives in pieces. */
export interface OutputTail {
  /** Takes a piece; false when more has come than anybody should print. */
  push(chunk: Buffer): boolean;
  /** The text so far, from the beginning of a line when something before it is gone. */
  read(): { readonly text: string; readonly truncated: boolean };
}

/** Keeps the last `keepBytes` of an output and says when `maxBytes` have been printed in all. */
export function createOutputTail(limits: {
  readonly keepBytes: number;
  readonly maxBytes: number;
}): OutputTail {
  let kept: Buffer = Buffer.alloc(0);
  let total = 0;
  return {
    push(chunk) {
      total += chunk.length;
      kept = Buffer.concat([kept, chunk]).subarray(-limits.keepBytes);
      return total <= limits.maxBytes;
    },
    read() {
      const truncated = total > kept.length;
      // The cut may have gone through a character.
      const start = truncated ? Math.max(0, kept.indexOf('\n') + 1) : 0;
      return { text: decodeText(kept.subarray(start)), truncated };
    },
  };
}
