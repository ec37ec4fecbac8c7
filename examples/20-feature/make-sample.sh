#!/usr/bin/env bash
# Makes a small git repository with a request for a feature. Usage: make-sample.sh FOLDER
set -euo pipefail
folder=$1
mkdir -p "$folder/src" "$folder/test"
cd "$folder"
git init --quiet --initial-branch=main
git config user.name Sample
git config user.email sample@example.com
export GIT_AUTHOR_DATE='2026-01-05T09:00:00Z' GIT_COMMITTER_DATE='2026-01-05T09:00:00Z'

cat > src/notes.mjs <<'CODE'
/** Notes in the order in which they were added. */
export function createNotes() {
  const notes = [];
  return {
    add: text => notes.push({ text }),
    list: () => notes.map(note => note.text),
  };
}
CODE
cat > test/notes.test.mjs <<'CODE'
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNotes } from '../src/notes.mjs';

test('notes are listed in their order', () => {
  const notes = createNotes();
  notes.add('milk');
  notes.add('bread');
  assert.deepEqual(notes.list(), ['milk', 'bread']);
});
CODE
cat > REQUEST.md <<'TEXT'
# Tags for notes

Notes pile up and nobody finds them again. Are tags shown in the list?

- A note can be given tags when it is added.
- The list must be able to show only the notes with one tag.
- Tags should be compared without regard to case.

## Nice to have

- A list of all tags

## Out of scope

- Renaming tags
TEXT
git add . && git commit --quiet -m 'Keep notes'
