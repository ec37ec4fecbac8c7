// Written by .scripts/generate-validators.mjs; do not edit.
export const PHASE_KEYS = {
  "role": [
    "role",
    "task",
    "model",
    "max_turns",
    "output",
    "timeout",
    "retry",
    "reflect",
    "subscribe",
    "next",
    "max_visits",
    "on_limit",
    "on_error",
    "budget",
    "untrusted"
  ],
  "talk": [
    "talk",
    "task",
    "speaker",
    "transitions",
    "until",
    "max_turns",
    "by",
    "reply",
    "selector",
    "rules",
    "audience",
    "inner",
    "output",
    "timeout",
    "retry",
    "reflect",
    "subscribe",
    "next",
    "max_visits",
    "on_limit",
    "on_error",
    "budget",
    "untrusted"
  ],
  "manage": [
    "manage",
    "workers",
    "task",
    "max_delegations",
    "max_turns",
    "max_worker_turns",
    "concurrency",
    "output",
    "timeout",
    "retry",
    "reflect",
    "subscribe",
    "next",
    "max_visits",
    "on_limit",
    "on_error",
    "budget",
    "untrusted"
  ],
  "ask": [
    "ask",
    "models",
    "summarizer",
    "vote",
    "min_answers",
    "output",
    "timeout",
    "retry",
    "reflect",
    "subscribe",
    "next",
    "max_visits",
    "on_limit",
    "on_error",
    "budget",
    "untrusted"
  ],
  "chain": [
    "chain",
    "output",
    "timeout",
    "retry",
    "reflect",
    "subscribe",
    "next",
    "max_visits",
    "on_limit",
    "on_error",
    "budget",
    "untrusted"
  ],
  "parallel": [
    "parallel",
    "join",
    "concurrency",
    "output",
    "timeout",
    "retry",
    "reflect",
    "subscribe",
    "next",
    "max_visits",
    "on_limit",
    "on_error",
    "budget",
    "untrusted"
  ],
  "each": [
    "each",
    "do",
    "concurrency",
    "join",
    "on_item_error",
    "output",
    "timeout",
    "retry",
    "reflect",
    "subscribe",
    "next",
    "max_visits",
    "on_limit",
    "on_error",
    "budget",
    "untrusted"
  ],
  "tool": [
    "tool",
    "with",
    "output",
    "timeout",
    "retry",
    "subscribe",
    "next",
    "max_visits",
    "on_limit",
    "on_error",
    "budget",
    "untrusted"
  ],
  "human": [
    "human",
    "choices",
    "free_text",
    "default",
    "timeout",
    "retry",
    "subscribe",
    "next",
    "max_visits",
    "on_limit",
    "on_error",
    "budget"
  ],
  "crew": [
    "crew",
    "inputs",
    "roles",
    "output",
    "timeout",
    "retry",
    "reflect",
    "subscribe",
    "next",
    "max_visits",
    "on_limit",
    "on_error",
    "budget",
    "untrusted"
  ],
  "end": [
    "end",
    "result",
    "subscribe"
  ]
};
export const BRANCH_KEYS = {
  "role": [
    "role",
    "task",
    "model",
    "max_turns",
    "output",
    "timeout",
    "retry"
  ],
  "tool": [
    "tool",
    "with",
    "output",
    "timeout",
    "retry"
  ],
  "ask": [
    "ask",
    "models",
    "summarizer",
    "vote",
    "min_answers",
    "output",
    "timeout",
    "retry"
  ],
  "chain": [
    "chain",
    "output",
    "timeout",
    "retry"
  ],
  "crew": [
    "crew",
    "inputs",
    "roles",
    "output",
    "timeout",
    "retry"
  ]
};
export const PLACE_KEYS = {
  "crew": [
    "version",
    "crew",
    "goal",
    "inputs",
    "models",
    "roles",
    "tools",
    "prompts",
    "budget",
    "policy",
    "memory",
    "sop",
    "start",
    "phases"
  ],
  "sop": [
    "version",
    "sop",
    "roles",
    "inputs",
    "prompts",
    "start",
    "phases"
  ],
  "inputs": [
    "type",
    "default",
    "description",
    "enum",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "items",
    "properties",
    "required",
    "additionalProperties"
  ],
  "models": [
    "use",
    "temperature",
    "max_tokens",
    "context"
  ],
  "roles": [
    "goal",
    "backstory",
    "model",
    "tools",
    "budget",
    "memory"
  ],
  "tools": [
    "module",
    "tools",
    "mcp",
    "builtin",
    "sandbox"
  ],
  "moduleTool": [
    "description",
    "input",
    "output",
    "read_only",
    "retry"
  ],
  "mcp": [
    "command",
    "args",
    "cwd",
    "env",
    "variables",
    "url",
    "headers",
    "bearer_env",
    "oauth",
    "protocol",
    "timeout",
    "start_timeout",
    "sandbox",
    "roots"
  ],
  "oauth": [
    "issuer",
    "client_id",
    "client_secret_env",
    "scopes",
    "flow"
  ],
  "sandbox": [
    "fs",
    "net"
  ],
  "budget": [
    "calls",
    "tool_calls",
    "tokens",
    "usd",
    "time"
  ],
  "roleBudget": [
    "calls",
    "tool_calls",
    "tokens",
    "usd"
  ],
  "memory": [
    "store",
    "embedder",
    "scoring",
    "blocks",
    "stream",
    "expires_after",
    "pinned"
  ],
  "blocks": [
    "value",
    "limit",
    "level",
    "read_only",
    "description"
  ],
  "stream": [
    "weights",
    "half_life",
    "threshold",
    "model"
  ],
  "weights": [
    "relevance",
    "vector",
    "neighbours",
    "session",
    "author",
    "importance",
    "recency",
    "outcome"
  ],
  "roleMemory": [
    "blocks",
    "recall",
    "lessons",
    "levels",
    "observe"
  ],
  "retry": [
    "max",
    "backoff"
  ],
  "next": [
    "when",
    "to"
  ],
  "procedure": [
    "file",
    "roles",
    "inputs"
  ],
  "inner": [
    "talk",
    "task",
    "speaker",
    "transitions",
    "until",
    "max_turns",
    "by",
    "reply",
    "selector",
    "rules",
    "audience",
    "output"
  ],
  "until": [
    "when",
    "text",
    "tokens",
    "time",
    "no_progress"
  ],
  "selector": [
    "model",
    "prompt"
  ],
  "rules": [
    "when",
    "to"
  ],
  "summarizer": [
    "model",
    "prompt"
  ],
  "chain": [
    "name",
    "model",
    "prompt_template"
  ],
  "each": [
    "in",
    "as",
    "max"
  ],
  "reflect": [
    "evaluator",
    "strategy",
    "trials",
    "keep",
    "window",
    "lessons"
  ],
  "untrusted": [
    "not_to"
  ],
  "evaluator": [
    "command",
    "timeout",
    "cwd",
    "artifact_as",
    "copy",
    "input",
    "output_from",
    "sandbox",
    "tool",
    "with",
    "pass",
    "score",
    "feedback",
    "schema",
    "expression",
    "role",
    "task",
    "name"
  ],
  "task": [
    "prompt",
    "variant",
    "with"
  ],
  "goal": [
    "prompt",
    "variant",
    "with"
  ],
  "backstory": [
    "prompt",
    "variant",
    "with"
  ],
  "ask": [
    "prompt",
    "variant",
    "with"
  ],
  "prompt_template": [
    "prompt",
    "variant",
    "with"
  ],
  "prompt": [
    "prompt",
    "variant",
    "with"
  ]
};
export const CONFIG_KEYS = {
  "": [
    "version",
    "parallel_processing",
    "answers",
    "reformulation",
    "memory"
  ],
  "parallel_processing": [
    "models",
    "summarizer",
    "ui"
  ],
  "parallel_processing.summarizer": [
    "model",
    "prompt"
  ],
  "parallel_processing.ui": [
    "show_summary"
  ],
  "answers": [
    "max_tokens"
  ],
  "reformulation": [
    "enabled",
    "model",
    "prompt",
    "custom_prompt_path"
  ],
  "reformulation.model": [
    "provider",
    "model"
  ],
  "memory": [
    "enabled",
    "store",
    "embedder"
  ]
};
export const CREWTEST_KEYS = {
  "file": [
    "version",
    "crew",
    "tests"
  ],
  "test": [
    "inputs",
    "workspace",
    "cassette",
    "replies",
    "model",
    "answers",
    "allow",
    "expect"
  ],
  "expect": [
    "outcome",
    "error",
    "waits",
    "path",
    "result",
    "artifacts",
    "max_calls",
    "max_tool_calls",
    "max_tokens",
    "max_usd",
    "assert"
  ],
  "workspace": [
    "files",
    "git"
  ]
};
export const POLICY_KEYS = {
  "file": [
    "version",
    "default",
    "nonInteractive",
    "servers",
    "rules"
  ],
  "server": [
    "mcp",
    "module",
    "sha256",
    "identity",
    "trust"
  ],
  "rule": [
    "deny",
    "ask",
    "allow"
  ],
  "calls": [
    "tool",
    "args",
    "others",
    "annotations"
  ],
  "matcher": [
    "eq",
    "in",
    "under",
    "glob",
    "regex",
    "host",
    "max"
  ],
  "annotations": [
    "readOnlyHint",
    "destructiveHint",
    "idempotentHint",
    "openWorldHint"
  ]
};
export const PROMPT_KEYS = {
  "file": [
    "description",
    "model",
    "input",
    "output",
    "partials",
    "metrics",
    "samples"
  ]
};
