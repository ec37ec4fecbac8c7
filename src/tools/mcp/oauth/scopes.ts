/** Every scope of the given lists once, in the order in which they come; undefined when there is none. Pure. */
export function joinScopes(...lists: readonly (string | undefined)[]): string | undefined {
  const scopes = new Set(lists.flatMap(scopesOf));
  return scopes.size === 0 ? undefined : [...scopes].join(' ');
}

/** Whether all wanted scopes are among the given ones. Pure. */
export function coversScopes(given: string | undefined, wanted: string | undefined): boolean {
  const held = new Set(scopesOf(given));
  return scopesOf(wanted).every(scope => held.has(scope));
}

/** The scopes of a list as RFC 6749 writes it; what is no scope token is left out. */
function scopesOf(list: string | undefined): readonly string[] {
  return (list ?? '').split(' ').filter(scope => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope));
}
