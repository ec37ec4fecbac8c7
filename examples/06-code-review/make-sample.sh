#!/usr/bin/env bash
# Makes a small git repository whose last commit has planted defects. Usage: make-sample.sh FOLDER
set -euo pipefail
folder=$1
mkdir -p "$folder/src"
cd "$folder"
git init --quiet --initial-branch=main
git config user.name Sample
git config user.email sample@example.com
export GIT_AUTHOR_DATE='2026-01-05T09:00:00Z' GIT_COMMITTER_DATE='2026-01-05T09:00:00Z'

cat > src/orders.ts <<'CODE'
export interface Database {
  query(sql: string): Promise<readonly unknown[]>;
}
CODE
git add . && git commit --quiet -m 'Start'

cat >> src/orders.ts <<'CODE'

export function ordersOf(database: Database, customer: string) {
  return database.query(`SELECT * FROM orders WHERE customer = '${customer}'`);
}

export function discount(formula: string): number {
  return Number(eval(formula));
}
CODE
git add . && git commit --quiet -m 'Find orders of a customer'
