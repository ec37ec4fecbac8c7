/**
 * Whether a name is one that a pattern means, both in NFC: `*` is any run of characters. Linear in both. Pure.
 * @example matchesName('write_*', 'write_file') // true
 */
export function matchesName(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.normalize('NFC').split('*');
  const text = name.normalize('NFC');
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}
