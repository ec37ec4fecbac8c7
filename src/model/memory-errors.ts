/** What can go wrong with memory, as rows of `ERROR_CODES`. */
export const MEMORY_ERRORS = {
  MEMORY_UNAVAILABLE: {
    exitCode: 3,
    retryable: true,
    hint: 'Check the place of the memory (`crew memory stats`), or work without it: `--memory off`.',
  },
  MEMORY_DAMAGED: {
    exitCode: 3,
    retryable: false,
    hint: 'Go back to a copy of the memory folder, or work without it: `--memory off`.',
  },
  MEMORY_VERSION_GONE: {
    exitCode: 3,
    retryable: false,
    hint: 'Old versions are cleaned away after some days; the memory is read as it is now.',
  },
  MEMORY_NOT_FOUND: {
    exitCode: 2,
    retryable: false,
    hint: 'See what there is with `crew memory list`.',
  },
  MEMORY_REFUSED: {
    exitCode: 1,
    retryable: false,
    hint: 'See how it stands with `crew memory show` and `crew memory log`; limits, read-only blocks and untrusted sources are never overridden.',
  },
  MEMORY_CONFLICT: {
    exitCode: 1,
    retryable: true,
    hint: 'Somebody else has changed it meanwhile; read it again.',
  },
  EMBEDDER_UNAVAILABLE: {
    exitCode: 3,
    retryable: true,
    hint: 'Choose another one with `embedder:` of the crew or `memory.embedder` of the configuration; `static` needs nothing.',
  },
} as const;
