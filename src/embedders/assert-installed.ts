import { createRequire } from 'node:module';
import { CrewError } from '../model/crew-error.ts';

/** Fails with EMBEDDER_UNAVAILABLE, saying how they are installed, where one of the packages of `use` is not there. */
export function assertInstalled(use: string, packages: readonly string[], install: string): void {
  const { resolve } = createRequire(import.meta.url);
  for (const name of packages) {
    try {
      resolve(name);
    } catch {
      const message = `\`${use}\` needs \`${name}\`, which is not installed: ${install}`;
      throw new CrewError('EMBEDDER_UNAVAILABLE', message);
    }
  }
}
