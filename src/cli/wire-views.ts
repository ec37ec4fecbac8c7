// The part of the composition root that few commands need: listings, drawings and pages. See `wire.ts`.

/** How tests came out, for people and programs. */
export async function loadCrewTestReporters() {
  const [{ formatCrewTest, formatCrewTestTotal, crewTestDocument }, { formatJunit }] = await Promise.all([
    import('../reporters/crewtest-text.ts'),
    import('../reporters/crewtest-junit.ts'),
  ]);
  return { formatCrewTest, formatCrewTestTotal, crewTestDocument, formatJunit };
}

/** Listings of runs; loads nothing of the runtime. */
export async function loadRunsText() {
  const { formatRuns } = await import('../reporters/runs-text.ts');
  return { formatRuns };
}

/** The models whose prices are known. */
export async function loadModelCatalog() {
  const { modelCatalog } = await import('../providers/model-catalog.ts');
  return { modelCatalog };
}

/** A listing of models, for people. */
export async function loadModelsText() {
  const { formatModels } = await import('../reporters/models-text.ts');
  return { formatModels };
}

/** A program as a drawing. */
export async function loadCharts() {
  const [{ chartOf }, { exportMermaid }] = await Promise.all([
    import('../compiler/phase-chart.ts'),
    import('../compiler/export-mermaid.ts'),
  ]);
  return { chartOf, exportMermaid };
}

/** Drawings as SVG; loads the layout. */
export async function loadChartSvg() {
  const { chartSvg } = await import('./chart-svg.ts');
  return { chartSvg };
}

/** What is remembered, for people. */
export async function loadMemoryText() {
  const [
    { formatNotes, formatNote, formatBlocks, formatBlock, formatChanges, noteWords, oneLine, stateWord },
    { blameLines },
    { formatTextDiff },
    { momentText },
    { textTable },
    { heldBackWords },
  ] = await Promise.all([
    import('../reporters/memory-text.ts'),
    import('../reporters/blame-lines.ts'),
    import('../reporters/text-diff.ts'),
    import('../reporters/moment-text.ts'),
    import('../reporters/text-table.ts'),
    import('../reporters/held-back-watch.ts'),
  ]);
  return {
    formatNotes,
    formatNote,
    formatBlocks,
    formatBlock,
    formatChanges,
    noteWords,
    oneLine,
    stateWord,
    blameLines,
    formatTextDiff,
    momentText,
    textTable,
    heldBackWords,
  };
}

/** Reads and writes `crew.lock`. */
export async function loadLock() {
  const [{ formatLock }, { readLock }] = await Promise.all([
    import('../language/format-lock.ts'),
    import('../language/read-lock.ts'),
  ]);
  return { formatLock, readLock };
}

/** Changes a file that several processes change; loads SQLite. */
export async function loadFileChange() {
  return import('./change-file.ts');
}

/** Versions of prompts, for people. */
export async function loadVersionsText() {
  const [{ formatPromptList, formatPromptLog, formatPromptDiff, versionLine }, wordDiff] = await Promise.all([
    import('../reporters/prompt-versions-text.ts'),
    import('../reporters/word-diff-text.ts'),
  ]);
  return { formatPromptList, formatPromptLog, formatPromptDiff, versionLine, ...wordDiff };
}

/** Checks a prompt file alone. */
export async function loadPromptChecker() {
  const { loadPrompt } = await import('../language/load-prompt.ts');
  return { loadPrompt };
}
