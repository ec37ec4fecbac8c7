import { assertLlamaInstalled } from './llama.ts';
import { describeLlamaFile } from './llama-file.ts';
import { assertUseInstalled } from './use.ts';

/**
 * What can be said of an embedder without asking it for a vector. Fails with EMBEDDER_UNAVAILABLE when it needs a package or a file that
 * is not there.
 */
export function describeEmbedder(use: string): string {
  if (use === 'static') return 'static, built in';
  if (use === 'none') return 'none; notes are found by words alone';
  if (use === 'use') {
    assertUseInstalled();
    return 'use, on this machine';
  }
  if (!use.startsWith('llama:')) return use;
  const { name, architecture } = describeLlamaFile(use.slice('llama:'.length));
  assertLlamaInstalled();
  return `${use}: ${name} (${architecture}), on this machine`;
}
