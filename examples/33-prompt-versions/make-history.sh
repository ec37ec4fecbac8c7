#!/bin/sh
# Makes a repository in the new folder $1, in which the prompt of this example has three versions.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -eq 1 ] && [ ! -e "$1" ] || { echo "usage: make-history.sh NEW_FOLDER" >&2; exit 2; }
mkdir -p "$1"
cp -R "$here/note.crew.yaml" "$here/prompts" "$1"
cd "$1"
printf '.crew/\n' > .gitignore
git init --quiet --initial-branch=main
git config user.name Ada
git config user.email ada@example.com

save() { # MESSAGE DAY
  git add .
  GIT_AUTHOR_DATE="2030-01-$2T12:00:00Z" GIT_COMMITTER_DATE="2030-01-$2T12:00:00Z" git commit --quiet --message "$1"
}

save 'Write notes' 01
git tag prompt/note/production
printf 'Be friendly, and short.\n' > prompts/_tone.prompt.md
save 'Keep notes short' 02
sed 's/Write to/Tell/' prompts/note.prompt.md > prompts/new && mv prompts/new prompts/note.prompt.md
save 'Tell, do not write' 03
