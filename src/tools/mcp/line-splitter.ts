/** Lines of a stream of bytes; `overflow` once a line, ended or not, is longer than the limit. */
interface LineSplitter {
  take(chunk: Buffer): { readonly lines: readonly string[]; readonly overflow: boolean };
}

/** Splits a stream at line feeds and keeps no more than `maxBytes` of a line. Bytes that are no UTF-8 become U+FFFD. */
export function createLineSplitter(maxBytes: number): LineSplitter {
  let kept: Buffer[] = [];
  let bytes = 0;
  const finish = (end: Buffer): string => {
    const line = Buffer.concat([...kept, end]).toString('utf8');
    kept = [];
    bytes = 0;
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  };
  return {
    take(chunk) {
      const lines: string[] = [];
      let from = 0;
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
        if (bytes + at - from > maxBytes) return { lines, overflow: true };
        lines.push(finish(chunk.subarray(from, at)));
        from = at + 1;
      }
      const rest = chunk.subarray(from);
      bytes += rest.length;
      if (bytes > maxBytes) return { lines, overflow: true };
      if (rest.length > 0) kept.push(rest);
      return { lines, overflow: false };
    },
  };
}
