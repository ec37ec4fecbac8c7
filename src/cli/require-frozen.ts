import type { Program } from '../model/program.ts';
import type { FlagValues, Terminal } from './command.ts';
import { loadPromptGuard } from './load-prompt-versions.ts';

/**
 * With `--frozen`, fails with PROMPT_NOT_LOCKED unless every prompt file that the programs use is locked in just the version
 * that they hold. Loads nothing without it.
 */
export async function requireFrozen(
  programs: readonly Program[],
  call: { readonly values: FlagValues; readonly terminal: Terminal },
): Promise<void> {
  if (call.values.frozen !== true) return;
  const { requireLocked } = await loadPromptGuard();
  await requireLocked(programs, call);
}
