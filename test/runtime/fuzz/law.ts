/** Throws when something does not hold. */
export function law(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`a law is broken: ${what}`);
}
