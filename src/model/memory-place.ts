const ADDRESS = /^([a-z][a-z0-9+.-]*:)\/\//i;
const KNOWN: readonly string[] = ['s3:', 'gs:', 'az:', 'db:'];

/** Whether a place of memory is an address, and no folder. Pure. */
export function isMemoryAddress(place: string): boolean {
  return ADDRESS.test(place);
}

/** Whether an address holds a user or a password, which everybody would see. Pure. */
export function holdsPassword(place: string): boolean {
  return isMemoryAddress(place) && /^[^/]*\/\/[^/]*@/.test(place);
}

/** Whether a path begins in the home of a person, by `~`. Pure. */
export function isOfHome(path: string): boolean {
  return /^~(?:$|[/\\])/.test(path);
}

/**
 * What is wrong with the place that a crew file names for its memory, whoever reads the file: an address of a kind that is not
 * known or with a password, or a folder that is not below the workspace. Undefined for a fine one. Where links lead is not
 * seen here. Names no password. Pure.
 */
export function wrongMemoryPlace(place: string): string | undefined {
  const scheme = ADDRESS.exec(place)?.[1]?.toLowerCase();
  if (holdsPassword(place)) return 'The address holds a user or a password';
  if (scheme !== undefined)
    return KNOWN.includes(scheme) ? undefined : `There is no memory at \`${scheme}//\``;
  if (isOfHome(place) || /^(?:[/\\]|[a-z]:)/i.test(place))
    return `\`${place}\` is not a folder below the workspace`;
  let depth = 0;
  for (const part of place.split(/[/\\]/)) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return `\`${place}\` leads out of the workspace`;
  }
  return undefined;
}
