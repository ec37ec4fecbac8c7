import type { ModelCallEffect } from '../../model/effect.ts';
import type { Message, MessagePart } from '../../model/message.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';
import { formatCount, formatQuantity } from '../amounts.ts';
import { jsonText } from '../json-text.ts';
import type { Anchors } from './anchors.ts';
import { inBlocks } from './blocks-html.ts';
import { roleChip } from './chips-html.ts';
import { codeHtml } from './code-html.ts';
import { escapeHtml } from './escape-html.ts';
import type { Paper } from './paper.ts';
import { textValueHtml, valueHtml } from './value-html.ts';

/** What is on the page already: messages by their JSON, tools by theirs. */
interface Printed {
  readonly messages: Map<string, string>;
  readonly tools: Map<string, string>;
  readonly toolRows: string[];
}

/**
 * Every model call exactly as it was sent. A message that another call had too stands where it came first; a call that
 * goes on with a conversation names what it begins with. Pure but for the paper.
 */
export function promptsHtml(
  prompts: readonly ModelCallEffect[],
  { paper, anchors }: { readonly paper: Paper; readonly anchors: Anchors },
): string {
  const printed: Printed = { messages: new Map(), tools: new Map(), toolRows: [] };
  const calls = prompts.map(call => callHtml(call, { paper, anchors, printed }));
  const tools =
    printed.toolRows.length === 0 ? '' : `<h3>Tools as the models saw them</h3>${printed.toolRows.join('')}`;
  return `${inBlocks(calls)}${tools}`;
}

interface Writing {
  readonly paper: Paper;
  readonly anchors: Anchors;
  readonly printed: Printed;
}

function callHtml(call: ModelCallEffect, writing: Writing): string {
  const { key, messages, tools, output, maxTokens, temperature, origin, model } = call;
  const { anchors, paper } = writing;
  const said = anchors.calls.get(key);
  const terms = [
    `<code>${escapeHtml(key)}</code>`,
    ...(maxTokens === 0 ? [] : [`at most ${formatCount(maxTokens)} tokens`]),
    ...(temperature === undefined ? [] : [`temperature ${temperature}`]),
    ...(said === undefined ? [] : [`<a href="#${said}">its answer</a>`]),
  ];
  const toolLinks = tools.map(tool => toolLink(tool, writing));
  const rows = [
    `<p class="muted">${terms.join(' · ')}</p>`,
    ...messageRows(messages, writing),
    ...(toolLinks.length === 0 ? [] : [`<p class="tools">tools: ${toolLinks.join(' ')}</p>`]),
    ...(output === undefined
      ? []
      : [
          `<h5>artifact ${escapeHtml(output.name)}</h5>`,
          paper.text(jsonText(output.schema, 2), text => codeHtml(text, 'json')),
        ]),
  ];
  return `<details id="${anchors.prompts.get(key)}" class="prompt" data-find data-phase="${escapeHtml(origin.phase)}" data-role="${escapeHtml(origin.role)}"><summary>${roleChip(origin.role, paper)} <span class="phase">${escapeHtml(origin.phase, { line: true })}</span> <span class="args">turn ${origin.turn} · ${escapeHtml(model)}</span><span class="came">${formatQuantity(messages.length, 'message')}</span></summary><div class="inside">${rows.join('')}</div></details>`;
}

/** Messages that are printed already are gathered into one line, up to the next new one. */
function messageRows(messages: readonly Message[], writing: Writing): readonly string[] {
  const rows: string[] = [];
  let known: string[] = [];
  const flush = (): void => {
    if (known.length > 0) rows.push(knownRow(known));
    known = [];
  };
  for (const message of messages) {
    const text = JSON.stringify(message);
    const id = writing.printed.messages.get(text);
    if (id !== undefined) {
      known.push(id);
      continue;
    }
    flush();
    const own = `m${writing.printed.messages.size + 1}`;
    writing.printed.messages.set(text, own);
    rows.push(messageHtml(message, own, writing));
  }
  flush();
  return rows;
}

function knownRow(ids: readonly string[]): string {
  const words = ids.length === 1 ? 'a message' : `${ids.length} messages`;
  const links =
    ids.length <= 12
      ? ids.map((id, index) => `<a href="#${id}">${index + 1}</a>`).join(' ')
      : `<a href="#${ids[0]}">the first</a> … <a href="#${ids.at(-1)}">the last</a>`;
  return `<p class="same" data-same="${ids.join(' ')}">${words} that an earlier call had too: ${links}</p>`;
}

function messageHtml({ from, parts }: Message, id: string, { paper }: Writing): string {
  return `<div class="message ${from}" id="${id}"><h5>${from}</h5>${parts.map(part => partHtml(part, paper)).join('')}</div>`;
}

function partHtml(part: MessagePart, paper: Paper): string {
  if (part.type === 'text')
    return paper.text(part.text, text => `<pre class="words">${escapeHtml(text)}</pre>`);
  if (part.type === 'tool-call') {
    const { tool, args, malformed } = part.call;
    const given = malformed === undefined ? valueHtml(args, paper) : textValueHtml(malformed, paper);
    return `<p>→ <code class="tool">${escapeHtml(tool)}</code></p>${given}`;
  }
  const failed = part.isError ? ' failed' : '';
  return `<p>← <code class="tool">${escapeHtml(part.tool)}</code>${failed}</p>${valueHtml(part.value, paper)}`;
}

function toolLink(tool: ToolSpec, { paper, printed }: Writing): string {
  const text = jsonText(tool, 2);
  let id = printed.tools.get(text);
  if (id === undefined) {
    id = `t${printed.tools.size + 1}`;
    printed.tools.set(text, id);
    printed.toolRows.push(
      `<details id="${id}" class="call"><summary><code class="tool">${escapeHtml(tool.name)}</code> <span class="args">${escapeHtml(tool.description, { line: true })}</span></summary><div class="inside">${paper.text(text, part => codeHtml(part, 'json'))}</div></details>`,
    );
  }
  return `<a href="#${id}"><code>${escapeHtml(tool.name)}</code></a>`;
}
