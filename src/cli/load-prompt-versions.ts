// The part of the composition root that loads what reads versions of prompts, each command alone; that itself loads rooms
// through `wire.ts`.

/** `crew prompt list`. */
export async function loadPromptList() {
  return import('./prompt-versions/list-prompts.ts');
}

/** `crew prompt show` and `log`. */
export async function loadPromptShow() {
  return import('./prompt-versions/show-prompt.ts');
}

/** `crew prompt diff`; loads templates. */
export async function loadPromptDiff() {
  return import('./prompt-versions/diff-prompts.ts');
}

/** `crew prompt tag`, `pin` and `rollback`. */
export async function loadPromptChanges() {
  const [{ tagPrompt }, { pinPrompts }, { rollbackPrompt }] = await Promise.all([
    import('./prompt-versions/tag-prompt.ts'),
    import('./prompt-versions/pin-prompts.ts'),
    import('./prompt-versions/rollback-prompt.ts'),
  ]);
  return { tagPrompt, pinPrompts, rollbackPrompt };
}

/** What a shell may offer. */
export async function loadPromptCandidates() {
  return import('./prompt-versions/prompt-candidates.ts');
}

/** Holds what a program uses against `crew.lock`. */
export async function loadPromptGuard() {
  return import('./prompt-versions/require-locked.ts');
}
