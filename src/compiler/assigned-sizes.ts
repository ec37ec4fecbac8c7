/** What an expression may write, in bytes. */
export type ExpressionBytes = (expression: string, sizes: ReadonlyMap<string, number>) => number;

const ASSIGN = /^assign\s+([A-Za-z_][\w-]*)\s*=\s*([\s\S]*)$/;
const LITERAL = /^(?:nil|true|false|-?\d[\d.]*)$/;
const CAPTURE = /^capture\s+["']?([A-Za-z_][\w-]*)["']?\s*$/;
const MARK = /\{\{-?([\s\S]*?)-?\}\}|\{%-?\s*([\s\S]*?)\s*-?%\}/g;

/**
 * The sizes with those of the names that a template without loops sets itself. Such a template runs in the order in which it is
 * written, so a name is never larger than the largest of what it was set to before. Infinity where an expression has no
 * bound. Pure.
 */
export function withAssigned(
  source: string,
  sizes: ReadonlyMap<string, number>,
  bytesOf: ExpressionBytes,
): ReadonlyMap<string, number> {
  if (!/\{%-?\s*(?:assign|capture)\b/.test(source)) return sizes;
  const known = new Map(sizes);
  const enlarge = (name: string, bytes: number): void => {
    known.set(name, Math.max(known.get(name) ?? 0, bytes));
  };
  const open: { readonly name: string; readonly from: number; outputs: number }[] = [];
  for (const match of source.matchAll(MARK)) {
    const [, output, tag = ''] = match;
    if (output !== undefined) for (const capture of open) capture.outputs += bytesOf(output, known);
    const [, name = '', expression = ''] = ASSIGN.exec(tag) ?? [];
    if (name !== '') enlarge(name, LITERAL.test(expression) ? expression.length : bytesOf(expression, known));
    const [, captured] = CAPTURE.exec(tag) ?? [];
    if (captured !== undefined) open.push({ name: captured, from: match.index, outputs: 0 });
    const closed = tag === 'endcapture' ? open.pop() : undefined;
    if (closed !== undefined) {
      const written = source.slice(closed.from, match.index);
      enlarge(closed.name, new TextEncoder().encode(JSON.stringify(written)).length + closed.outputs);
    }
  }
  return known;
}
