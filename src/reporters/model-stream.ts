import { textBytes } from './summarize-value.ts';

/** Enough of a line to tell an artifact from prose. */
const DECIDED_AFTER = 64;
const ARTIFACT_BEGINS = /^\s*(?:\{\s*["}]|\[\s*[[{"\]]|```json\b)/;
const ARTIFACT_LINE = /^\s*[[{]\s*$/;

/** The text of one model call, taken piece by piece and given back in whole lines. */
export interface ModelStream {
  /** Takes a piece and returns the lines that it completes, without blank ones. */
  push(text: string): readonly string[];
  /** Returns the last line, when one is open, and the size of the JSON artifact in bytes, 0 when there was none. */
  end(): { readonly lines: readonly string[]; readonly artifactBytes: number };
}

/**
 * Splits streamed model text into lines, so that parallel streams never mix inside a line. From the line on where
 * JSON (or a `json` fence) begins the text is an artifact: its bytes are counted, and its lines are given back only with
 * `showArtifacts`. Of a line at most `maxLineLength` UTF-16 units are kept. Deterministic.
 */
export function createModelStream(options: {
  readonly showArtifacts: boolean;
  readonly maxLineLength: number;
}): ModelStream {
  let open = '';
  let inArtifact = false;
  let artifactBytes = 0;

  function take(piece: string, complete: boolean): readonly string[] {
    const before = open;
    if (before.length < options.maxLineLength) open += piece;
    if (inArtifact) artifactBytes += textBytes(piece);
    else if (before.length < DECIDED_AFTER && beginsArtifact(open, complete)) {
      inArtifact = true;
      artifactBytes = textBytes(open);
    }
    if (inArtifact && complete) artifactBytes += 1;
    if (inArtifact && !options.showArtifacts) open = '';
    if (!complete) return [];
    const line = open.trimEnd();
    open = '';
    return line === '' ? [] : [line];
  }

  return {
    push(text) {
      const pieces = text.split('\n');
      return pieces.flatMap((piece, index) => take(piece, index < pieces.length - 1));
    },
    end() {
      const lines = open.trim() === '' ? [] : [open.trimEnd()];
      open = '';
      return { lines, artifactBytes };
    },
  };
}

function beginsArtifact(line: string, complete: boolean): boolean {
  return ARTIFACT_BEGINS.test(line) || (complete && ARTIFACT_LINE.test(line));
}
