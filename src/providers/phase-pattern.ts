/**
 * Says whether a phase path is the written one or fits it as a pattern: `*` stands for any text, also none, within one
 * segment, and `.` and `/` part segments. So `explain.*` fits `explain.0` and `build/d*` fits `build/design`, but `*`
 * fits neither. Every other character is itself. Takes time in the product of both lengths at most. Pure.
 */
export function matchesPhase(written: string, path: string): boolean {
  if (written === path) return true;
  if (!written.includes('*')) return false;
  const patterns = segmentsOf(written);
  const segments = segmentsOf(path);
  if (patterns.length !== segments.length) return false;
  return patterns.every((pattern, index) => fits(pattern, segments[index] ?? ''));
}

/** Segments and the marks between them, which must be the same. */
function segmentsOf(path: string): readonly string[] {
  return path.split(/([./])/);
}

/** Each piece between two `*` is taken where it comes first; the last one stands at the end. */
function fits(pattern: string, text: string): boolean {
  const [head = '', ...pieces] = pattern.split('*');
  const tail = pieces.pop();
  if (tail === undefined) return pattern === text;
  if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
  const end = text.length - tail.length;
  let from = head.length;
  for (const piece of pieces) {
    const at = text.indexOf(piece, from);
    if (at === -1 || at + piece.length > end) return false;
    from = at + piece.length;
  }
  return true;
}
