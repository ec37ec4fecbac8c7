#!/usr/bin/env bash
# Makes a small git repository with a bug that its tests do not see; on the branch `reported` a test shows it.
# Usage: make-sample.sh FOLDER
set -euo pipefail
folder=$1
mkdir -p "$folder/src" "$folder/test"
cd "$folder"
git init --quiet --initial-branch=main
git config user.name Sample
git config user.email sample@example.com
export GIT_AUTHOR_DATE='2026-01-05T09:00:00Z' GIT_COMMITTER_DATE='2026-01-05T09:00:00Z'

cat > src/cart.mjs <<'CODE'
/** The price of a cart in cents. */
export function total(items) {
  return items.reduce((sum, item) => sum + item.price * item.count, 0);
}
CODE
cat > test/cart.test.mjs <<'CODE'
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { total } from '../src/cart.mjs';

test('prices are multiplied and added', () => {
  assert.equal(total([{ price: 250, count: 2 }, { price: 99, count: 1 }]), 599);
});
CODE
git add . && git commit --quiet -m 'Add up a cart'

cat > src/cart.mjs <<'CODE'
/** The price of a cart in cents; an item without a count is one piece. */
export function total(items) {
  return items.reduce((sum, item) => sum + item.price * (item.count || 1), 0);
}
CODE
cat >> test/cart.test.mjs <<'CODE'

test('an item without a count is one piece', () => {
  assert.equal(total([{ price: 250 }]), 250);
});
CODE
git add . && git commit --quiet -m 'Let the count be left out'

git switch --quiet --create reported
cat >> test/cart.test.mjs <<'CODE'

test('an item that was taken out costs nothing', () => {
  assert.equal(total([{ price: 250, count: 0 }]), 0);
});
CODE
git add . && git commit --quiet -m 'Show that an item with count 0 is charged'
git switch --quiet main
