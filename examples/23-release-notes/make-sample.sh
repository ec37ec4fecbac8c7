#!/usr/bin/env bash
# Makes a small git repository with a tag and six commits since. Usage: make-sample.sh FOLDER
set -euo pipefail
mkdir -p "$1"
cd "$1"
git init --quiet --initial-branch=main
git config user.name Sample
git config user.email sample@example.com
export GIT_AUTHOR_DATE='2026-01-05T09:00:00Z' GIT_COMMITTER_DATE='2026-01-05T09:00:00Z'

commit() {
  echo "$1" >> history.txt
  git add . && git commit --quiet --message "$1" --message "${2:-}"
}

commit 'feat: orders can be listed'
git tag v1.0.0
commit 'fix(orders): an empty basket is no order'
commit 'chore: newer linter'
commit 'feat: orders can be searched by customer'
commit 'feat!: prices are whole cents' 'BREAKING CHANGE: clients that read euros must divide by 100'
commit 'Speed up the list of orders'
commit 'docs: how to search'
