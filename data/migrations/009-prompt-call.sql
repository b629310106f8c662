-- The calls of one prompt, version by version (src/metrics/prompt_figures.h), without reading all others.
CREATE INDEX call_prompt ON call (prompt_name, prompt_version) WHERE prompt_name IS NOT NULL;
