/**
 * Imports an optional package when it is first needed; gives undefined when it is not installed or cannot be loaded
 * here, which is a notice for people and never a failure. `load` must be a literal `import(…)`.
 */
export async function loadOptional<T>(load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch {
    // Missing, built for another platform, or refused by the system: in each case the reviewer cannot work here.
    return undefined;
  }
}
