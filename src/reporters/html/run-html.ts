import { anchorsOf } from './anchors.ts';
import { artifactsHtml } from './artifact-html.ts';
import { conversationHtml } from './conversation-html.ts';
import { escapeHtml } from './escape-html.ts';
import { eventLogHtml } from './event-log-html.ts';
import { headHtml, statusPill } from './head-html.ts';
import { lessonsHtml } from './lessons-html.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';
import { createPaper, type Paper } from './paper.ts';
import { peopleHtml } from './people-html.ts';
import { promptsHtml } from './prompts-html.ts';
import { reasonsHtml } from './reasons-html.ts';
import type { Drawing, RunReport } from './run-report.ts';
import { spendHtml } from './spend-html.ts';
import { timelineHtml } from './timeline-html.ts';
import { trialsHtml } from './trials-html.ts';

/** The version of the program that writes, and the sha256 of a text in base64, which pages name what they allow by. */
export interface RunHtmlOptions {
  readonly version: string;
  readonly sha256: (text: string) => string;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly html: string;
  readonly count?: number;
}

/**
 * A run as one HTML page that needs nothing else: no network, no font, no picture. It is whole without JavaScript; with
 * it one can search and filter. Foreign text is text: no markup, address or invisible character of it has an effect, and
 * the page's own policy allows its one style and its one script and nothing else. Long texts stand on it once. Pure.
 */
export function formatRunHtml(report: RunReport, options: RunHtmlOptions): string {
  const { record, pid } = report;
  const title = `${escapeHtml(record.crew, { line: true })} · ${escapeHtml(record.runId)}`;
  const paper = createPaper();
  const head = headHtml(record, { paper, pid });
  const sections = sectionsOf(report, paper);
  const policy = `default-src 'none'; style-src 'sha256-${options.sha256(PAGE_STYLE)}'; script-src 'sha256-${options.sha256(PAGE_SCRIPT)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="crew ${escapeHtml(options.version)}">
<title>${title}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
${barHtml(report)}
<div class="frame">
<nav class="places" aria-label="Sections"><a href="#overview">Overview</a>${sections.map(placeLink).join('')}</nav>
<main>
${head}
${sections.map(sectionHtml).join('\n')}
</main>
</div>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

function sectionsOf(report: RunReport, paper: Paper): readonly Section[] {
  const { record, events, prompts, reasons, drawings } = report;
  const anchors = anchorsOf(report);
  const { startedAt } = record;
  const lessons = lessonsHtml(events);
  const all: readonly Section[] = [
    { id: 'procedure', title: 'Procedure', html: drawings.map(drawingHtml).join('\n') },
    { id: 'timeline', title: 'Timeline', html: timelineHtml(record, events, anchors) },
    {
      id: 'conversation',
      title: 'Conversation',
      html: conversationHtml(events, { paper, anchors, startedAt }),
      // Tools and people are in it, too.
      ...(record.calls.length === 0 ? {} : { count: record.calls.length }),
    },
    {
      id: 'artifacts',
      title: 'Artifacts',
      html: artifactsHtml(record.artifacts, { paper, anchors }),
      count: Object.keys(record.artifacts).length,
    },
    { id: 'transitions', title: 'Transitions', html: reasonsHtml(reasons, startedAt), count: reasons.length },
    {
      id: 'people',
      title: 'Questions',
      html: peopleHtml(record, paper),
      count: record.answers.length + record.questions.length,
    },
    { id: 'trials', title: 'Trials', ...trialsHtml(record.trials ?? []) },
    { id: 'lessons', title: 'Lessons', ...lessons },
    {
      id: 'prompts',
      title: 'Prompts',
      html: promptsHtml(prompts, { paper, anchors }),
      count: prompts.length,
    },
    { id: 'spend', title: 'Spend', html: spendHtml(record) },
    { id: 'events', title: 'Events', html: eventLogHtml(events, startedAt), count: events.length },
  ];
  return all.filter(({ count }) => count !== 0);
}

function drawingHtml({ place, svg }: Drawing): string {
  const title = place === '' ? '' : `<h3>inside ${escapeHtml(place, { line: true })}</h3>`;
  return `${title}<div class="chart">${svg}</div>`;
}

function placeLink({ id, title, count }: Section): string {
  return `<a href="#${id}">${title}${count === undefined ? '' : `<small>${count}</small>`}</a>`;
}

function sectionHtml({ id, title, html }: Section): string {
  return `<section id="${id}"><h2><a href="#${id}">${title}</a></h2>\n${html}\n</section>`;
}

function barHtml({ record, events, pid }: RunReport): string {
  const roles = new Set(
    events.flatMap(({ event }) => ('role' in event && event.role !== undefined ? [event.role] : [])),
  );
  const phases = new Set(record.path.map(({ phase }) => phase));
  const options = (names: Iterable<string>) =>
    [...names]
      .map(name => `<option value="${escapeHtml(name)}">${escapeHtml(name, { line: true })}</option>`)
      .join('');
  return `<header class="bar"><span class="title">${escapeHtml(record.crew, { line: true })}</span>${statusPill(record, pid)}<div class="tools"><output data-do="found" aria-live="polite"></output><input data-do="find" type="search" placeholder="Search ( / )" aria-label="Search"><select data-do="role" aria-label="Role"><option value="">all roles</option>${options(roles)}</select><select data-do="phase" aria-label="Phase"><option value="">all phases</option>${options(phases)}</select><button class="fold" data-do="fold" aria-pressed="false" type="button">Unfold all</button><button data-do="theme" type="button" aria-label="Change between light and dark">◐</button></div></header>`;
}
