import type { ScalarNode, TextPiece } from './source-node.ts';

/** A text that is put together from stretches of files, with where each of them stands. */
export interface PromptText {
  readonly text: string;
  readonly pieces: readonly TextPiece[];
}

/** A stretch of a scalar's value, to its end when `to` is left out. Pure. */
export function stretchOf(node: ScalarNode, from = 0, to = String(node.value).length): PromptText {
  const text = String(node.value).slice(from, to);
  return { text, pieces: [{ at: 0, length: text.length, node, from }] };
}

/** Text that is written nowhere; what is wrong with it is shown at `node`. Pure. */
export function glueText(text: string, node: ScalarNode): PromptText {
  return { text, pieces: [{ at: 0, length: text.length, node, from: 0, glue: true }] };
}

/** The texts one after another. Pure. */
export function joinTexts(texts: readonly PromptText[]): PromptText {
  const pieces: TextPiece[] = [];
  let length = 0;
  for (const text of texts) {
    for (const piece of text.pieces) if (piece.length > 0) pieces.push({ ...piece, at: piece.at + length });
    length += text.text.length;
  }
  return { text: texts.map(one => one.text).join(''), pieces };
}

/** The text as a scalar that stands where `place` does. Pure. */
export function asScalar({ text, pieces }: PromptText, { file, start, end }: ScalarNode): ScalarNode {
  return { kind: 'scalar', value: text, style: 'plain', file, start, end, pieces };
}
