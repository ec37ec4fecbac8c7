/**
 * A task with what earlier trials of it have taught, oldest first; the task alone when there is nothing. Pure.
 * Source: Reflexion, arXiv 2303.11366 §3.
 */
export function withLessons(task: string, lessons: readonly string[]): string {
  if (lessons.length === 0) return task;
  const rows = lessons.map((lesson, index) => `${index + 1}. ${lesson.trim()}`);
  return `${task}

# What earlier attempts at this task have taught

${rows.join('\n')}

Mind these lessons; do not repeat what failed.`;
}
