import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of a product that was built from the sources as they are now. */
    readonly product: string;
  }
}

const ROOT = new URL('../..', import.meta.url).pathname;
const SHIPPED = ['src', 'crews', 'sops', 'schemas', '.scripts', 'package.json', 'tsconfig.json'];

/**
 * Builds the product once for all test files, with its own build script but in a folder of its own: tests never run a
 * stale `dist/`, and never pull `dist/` away under somebody who uses it. Returns what cleans up.
 */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'crew-product-'));
  for (const name of SHIPPED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  execFileSync(process.execPath, [join('.scripts', 'build.mjs'), '--program-only'], {
    cwd: folder,
    stdio: 'inherit',
  });
  project.provide('product', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
