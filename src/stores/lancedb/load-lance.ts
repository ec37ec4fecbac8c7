import { createRequire } from 'node:module';
import type * as LanceDb from '@lancedb/lancedb';
import type * as Arrow from 'apache-arrow';
import { CrewError } from '../../model/crew-error.ts';

/** LanceDB and the Arrow that it works with. */
export interface LancePackages {
  readonly lancedb: typeof LanceDb;
  readonly arrow: typeof Arrow;
}

let loaded: Promise<LancePackages> | undefined;

/**
 * Loads LanceDB when a memory is first opened: it brings 180 MB of native code, so no other command waits for it. Fails with
 * MEMORY_UNAVAILABLE when the package, or its file for this system, is not installed.
 */
export function loadLance(): Promise<LancePackages> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<LancePackages> {
  const before = process.env.LANCEDB_LOG;
  // Read once, when the native code is loaded; its warnings would stand in the middle of what a person reads.
  process.env.LANCEDB_LOG = before ?? 'off';
  try {
    const lancedb = await import('@lancedb/lancedb');
    // Arrow has two builds whose classes do not know each other; this is the one that LanceDB has loaded.
    const requireAsLance = createRequire(createRequire(import.meta.url).resolve('@lancedb/lancedb'));
    const arrow: typeof Arrow = requireAsLance('apache-arrow');
    return { lancedb, arrow };
  } catch (error) {
    loaded = undefined;
    throw new CrewError(
      'MEMORY_UNAVAILABLE',
      `expected the packages \`@lancedb/lancedb\` and \`apache-arrow\` with the file for ${process.platform}-${process.arch}, found ${found(error)}; install them with \`npm install --include=optional @lancedb/lancedb apache-arrow@18.1.0\``,
      { cause: error },
    );
  } finally {
    if (before === undefined) delete process.env.LANCEDB_LOG;
  }
}

function found(error: unknown): string {
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
  return `"${line.slice(0, 200)}"`;
}
