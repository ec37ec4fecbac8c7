// The part of the composition root that is about memory; loaded by nobody who does not remember.

/** What people mend in memory. */
export async function loadMemoryMending() {
  const [{ revertChange }, { closureOf }, { blockOf }] = await Promise.all([
    import('../memory/revert-change.ts'),
    import('../memory/closure-of.ts'),
    import('../memory/blocks/read-blocks.ts'),
  ]);
  return { revertChange, closureOf, blockOf };
}

/** What is looked at before words of others are kept. */
export async function loadScreening() {
  const { refuseBlock, screenNote } = await import('../memory/screen-foreign.ts');
  return { refuseBlock, screenNote };
}

/** The tools of `builtin:memory`. */
export async function loadMemoryTools() {
  const { createMemoryTools } = await import('../memory/tools/create-memory-tools.ts');
  return { createMemoryTools };
}

/** What was said in recorded runs. */
export async function loadPastReader() {
  const [{ foldRun }, { readMessages }] = await Promise.all([
    import('../runtime/records/fold-run.ts'),
    import('../runtime/records/read-messages.ts'),
  ]);
  return { foldRun, readMessages };
}

/** Where memory is kept: a folder or an address, and this process alone. */
export async function loadMemoryStore() {
  const [{ openLanceStore }, { isStoreMade }, { createInMemoryStore }] = await Promise.all([
    import('../stores/lancedb/open-lance-store.ts'),
    import('../stores/lancedb/is-store-made.ts'),
    import('../stores/in-memory.ts'),
  ]);
  return { openLanceStore, isStoreMade, createInMemoryStore };
}

/** How notes and blocks are written. */
export async function loadWriting() {
  const [{ writeNotes }, { gistOf }, { rethinkBlock }] = await Promise.all([
    import('../memory/write-notes.ts'),
    import('../memory/note-gist.ts'),
    import('../memory/blocks/block-edits.ts'),
  ]);
  return { writeNotes, gistOf, rethinkBlock };
}

/** How notes are found. */
export async function loadRetrieval() {
  const [{ retrieve }, { scopesOf }, { idsAbout }, { noteWords: wordsOf }, { STOP_WORDS }] =
    await Promise.all([
      import('../memory/retrieve.ts'),
      import('../memory/scopes-of.ts'),
      import('../memory/about-query.ts'),
      import('../memory/note-words.ts'),
      import('../stores/stop-words.ts'),
    ]);
  return { retrieve, scopesOf, idsAbout, wordsOf, stopWords: new Set(STOP_WORDS) };
}

/** Vectors of texts, and the way to servers that make them. */
export async function loadEmbedders() {
  const [{ createEmbedder }, { describeEmbedder }, { postJson }, { ensureEmbedder }] = await Promise.all([
    import('../embedders/create-embedder.ts'),
    import('../embedders/describe-embedder.ts'),
    import('../providers/post-json.ts'),
    import('../memory/ensure-embedder.ts'),
  ]);
  return { createEmbedder, describeEmbedder, postJson, ensureEmbedder };
}

/** What lessons did. */
export async function loadLessonFigures() {
  const [{ compareLessons }, { whyLesson }, { lessonFigures }, { scopesOf }] = await Promise.all([
    import('../memory/lessons/compare-lessons.ts'),
    import('../memory/lessons/judge-lesson.ts'),
    import('../memory/lessons/credit-lessons.ts'),
    import('../memory/scopes-of.ts'),
  ]);
  return { compareLessons, lessonFigures, whyLessonText: whyLesson, scopesOf };
}

/** A person's own memory beside that of a project. */
export async function loadStoreByScope() {
  const { createStoreByScope } = await import('../stores/by-scope.ts');
  return { createStoreByScope };
}

/** What runs do with memory. */
export async function loadRunMemory() {
  const [{ recallForWork }, { writeForWork }] = await Promise.all([
    import('../memory/recall-for-work.ts'),
    import('../memory/write-for-work.ts'),
  ]);
  return { recallForWork, writeForWork };
}

/** What a run would be reminded of, for who only looks. */
export async function loadMemoryLook() {
  const [{ lookForWork }, { recalledEvents }] = await Promise.all([
    import('../memory/recall-for-work.ts'),
    import('../runtime/remember/take-recalled.ts'),
  ]);
  return { lookForWork, recalledEvents };
}

/** Takes secrets out of texts. */
export async function loadRedactor() {
  const { createRedactor, secretValues } = await import('../policy/redact.ts');
  return { createRedactor, secretValues };
}

/** A store that holds nothing. */
export async function loadEmptyStore() {
  const { createInMemoryStore } = await import('../stores/in-memory.ts');
  return createInMemoryStore();
}

/** What keeps a memory tidy. */
export async function loadTidying() {
  const [{ consolidate }, { settleRun }, { scopesOf }] = await Promise.all([
    import('../memory/consolidate.ts'),
    import('../memory/settle-run.ts'),
    import('../memory/scopes-of.ts'),
  ]);
  return { consolidate, settleRun, scopesOf };
}
