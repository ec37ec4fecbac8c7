// The part of the composition root that loads what reads versions of prompts; that itself loads rooms through `wire.ts`.

/** What `crew prompt` does with versions; loads git and the reader of prompt files. */
export async function loadPromptVersions() {
  const [list, show, diff, tag, pin, rollback, completions] = await Promise.all([
    import('./prompt-versions/list-prompts.ts'),
    import('./prompt-versions/show-prompt.ts'),
    import('./prompt-versions/diff-prompts.ts'),
    import('./prompt-versions/tag-prompt.ts'),
    import('./prompt-versions/pin-prompts.ts'),
    import('./prompt-versions/rollback-prompt.ts'),
    import('./prompt-versions/prompt-candidates.ts'),
  ]);
  return { ...list, ...show, ...diff, ...tag, ...pin, ...rollback, ...completions };
}

/** Holds what a program uses against `crew.lock`. */
export async function loadPromptGuard() {
  const { requireLocked } = await import('./prompt-versions/require-locked.ts');
  return { requireLocked };
}
