#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "prompt/import.h"

#include "base/mem.h"

struct row {
	const char *path, *text;
	const char *format, *name;
	const char *json;  /* of the first prompt, keys sorted */
	const char *notes; /* "LINE TEXT|..." */
};

static const struct row rows[] = {
	{ "t/summary.yaml", "model: gpt-4o\nsystem: You are a $role.\nprompt: |\n  Summarize:\n  $$5 ${input} {x}\ndefaults:\n  role: pirate\noptions:\n  temperature: 0.5\n  weird: 1\nextract: true\n",
	    "llm", "t/summary",
	    "{\"messages\":[{\"content\":\"You are a {{ role }}.\",\"role\":\"system\"},{\"content\":\"Summarize:\\n$5 {{ input }} {x}\\n\",\"role\":\"user\"}],"
	    "\"params\":{\"temperature\":0.5},\"vars\":{\"role\":{\"default\":\"pirate\"}}}",
	    "5 {x} looks like a variable of another template language; it stays as it is"
	    "|1 model gpt-4o is not kept: a prompt is for any model; say it when you run it (sonde run -m)"
	    "|10 weird is not kept: it has no counterpart|11 extract is not kept: it has no counterpart" },
	{ "plain.yaml", "'Fun facts about $input, {{now}}'\n", "llm", "plain",
	    "{\"messages\":[{\"content\":\"Fun facts about {{ input }}, {{ \\\"{{\\\" }}now}}\",\"role\":\"user\"}]}", "" },
	{ "shell.md", "---\nmodel: openai:gpt-4o\ntemperature: 0\nuse_tools: fs_ls\n---\n\nConvert to a command.\n### INPUT:\nlist\n### OUTPUT:\nls\n### INPUT:\n__INPUT__\n", "aichat", "shell",
	    "{\"messages\":[{\"content\":\"Convert to a command.\",\"role\":\"system\"},{\"content\":\"list\",\"role\":\"user\"},"
	    "{\"content\":\"ls\",\"role\":\"assistant\"},{\"content\":\"{{ input }}\",\"role\":\"user\"}],\"params\":{\"temperature\":0}}",
	    "2 model openai:gpt-4o is not kept: a prompt is for any model; say it when you run it (sonde run -m)"
	    "|4 use_tools is not kept: the file names tools without describing them" },
	{ "emoji.md", "Say __INPUT__ in emoji\n", "aichat", "emoji", "{\"messages\":[{\"content\":\"Say {{ input }} in emoji\",\"role\":\"user\"}]}", "" },
	{ "patterns/extract wisdom/system.md", "# IDENTITY\n\nYou extract {{topic}}.\n{{plugin:datetime:now}}\n", "fabric", "patterns/extract-wisdom",
	    "{\"messages\":[{\"content\":\"# IDENTITY\\n\\nYou extract {{ topic }}.\\n{{ \\\"{{\\\" }}plugin:datetime:now}}\\n\",\"role\":\"system\"}]}",
	    "0 the name \"patterns/extract wisdom\" became patterns/extract-wisdom"
	    "|4 {{plugin:datetime:now}} is a helper of another template language; it stays as text" },
	{ "c.prompty", "---\nname: Basic Chat\ndescription: a chat\nmodel:\n  api: chat\n  configuration:\n    type: azure_openai\n  parameters:\n    max_tokens: 100\ninputs:\n  first:\n    type: string\n    sample: Ada\n---\nsystem:\nYou help {{first}}.\n\n# user:\n{% if q %}{{q}}{% endif %}\n",
	    "prompty", "Basic-Chat",
	    "{\"messages\":[{\"content\":\"You help {{first}}.\",\"role\":\"system\"},{\"content\":\"{% if q %}{{q}}{% endif %}\",\"role\":\"user\"}],"
	    "\"note\":\"a chat\",\"params\":{\"max_tokens\":100},\"vars\":{\"first\":{\"default\":\"Ada\",\"type\":\"string\"}}}",
	    "0 the name \"Basic Chat\" became Basic-Chat"
	    "|7 configuration of the model is not kept: providers are set up in the configuration, not in a prompt" },
	{ "greet.prompt", "---\nmodel: googleai/gemini\nconfig:\n  temperature: 0.9\n  topK: 4\ninput:\n  schema:\n    name: string, who it is\n    style?: string\n  default:\n    style: dry\noutput:\n  format: json\n  schema:\n    tags(array): string\n    kind(enum, which one): [a, b]\n---\n{{role \"system\"}}\nBe {{style}}.\n{{role \"user\"}}\n{{#each xs}}- {{this.y}}{{/each}}{{#if name}}Hi {{name}}{{else}}Hi{{/if}} {{media url=pic}}\n",
	    "dotprompt", "greet",
	    "{\"messages\":[{\"content\":\"Be {{ style }}.\",\"role\":\"system\"},{\"content\":\"{% for this in xs %}- {{ this.y }}{% endfor %}"
	    "{% if name | default(false) %}Hi {{ name }}{% else %}Hi{% endif %} {{ \\\"{{\\\" }}media url=pic}}\",\"role\":\"user\"}],\"params\":{\"temperature\":0.9},"
	    "\"response_schema\":{\"properties\":{\"kind\":{\"description\":\"which one\",\"enum\":[\"a\",\"b\"]},\"tags\":{\"items\":{\"type\":\"string\"},\"type\":\"array\"}},"
	    "\"required\":[\"tags\",\"kind\"],\"type\":\"object\"},"
	    "\"vars\":{\"name\":{\"description\":\"who it is\",\"type\":\"string\"},\"style\":{\"default\":\"dry\",\"type\":\"string\"}}}",
	    "2 model googleai/gemini is not kept: a prompt is for any model; say it when you run it (sonde run -m)"
	    "|5 topK is not kept: it has no counterpart"
	    "|21 {{media url=pic}} is a helper of another template language; it stays as text" },
	{ "l.json", "{\"name\":\"movie critic\",\"type\":\"chat\",\"version\":3,\"labels\":[\"production\",\"latest\"],\"tags\":[\"x\"],\"config\":{\"model\":\"m\",\"temperature\":1},"
	    "\"prompt\":[{\"role\":\"system\",\"content\":\"You are {{who}}. @@@langfusePrompt:name=base|label=production@@@\"},{\"type\":\"placeholder\",\"name\":\"history\"}]}",
	    "langfuse", "movie-critic",
	    "{\"messages\":[{\"content\":\"You are {{ who }}. {% include \\\"base@production\\\" %}\",\"role\":\"system\"}],\"params\":{\"temperature\":1}}",
	    "0 the name \"movie critic\" became movie-critic"
	    "|0 prompt.1 is not kept: the place of messages \"history\" has no counterpart"
	    "|0 model m is not kept: a prompt is for any model; say it when you run it (sonde run -m)"
	    "|0 tags of movie-critic is not kept: it has no counterpart" },
	{ "o.json", "{\"model\":\"gpt-4o\",\"temperature\":0,\"user\":\"u\",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":{\"type\":\"object\"}}},"
	    "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}},{\"type\":\"web_search\"}],"
	    "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"{{x}}\"},{\"type\":\"image_url\"}]},"
	    "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"1\"}],\"refusal\":\"no\"}]}",
	    "openai", "o",
	    "{\"messages\":[{\"content\":\"{{ \\\"{{\\\" }}x}}\",\"role\":\"user\"},{\"content\":\"\",\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"1\"}]}],"
	    "\"params\":{\"temperature\":0},\"response_schema\":{\"type\":\"object\"},\"tools\":[{\"function\":{\"name\":\"f\"},\"type\":\"function\"}]}",
	    "0 messages.0.content.1 is not kept: it is no text; attach it when you run the prompt"
	    "|0 messages.1.refusal is not kept: it has no counterpart"
	    "|0 model gpt-4o is not kept: a prompt is for any model; say it when you run it (sonde run -m)"
	    "|0 user is not kept: it has no counterpart"
	    "|0 tools: tool 2 is not kept: it has no \"function\" with its description" },
};

static char *name_of(const char *path)
{
	return x_strndup(path, (size_t)(strrchr(path, '.') - path));
}

static void reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct row *r = &rows[i];
		char *name = name_of(r->path);
		const struct import_source s = { .path = r->path, .name = name, .text = r->text, .len = strlen(r->text) };
		struct import im;
		struct err e = { 0 };
		struct buf notes = { 0 }, json = { 0 };

		if (!import_read(&s, NULL, &im, &e)) {
			fail_msg("%s: %s", r->path, e.text);
		}
		for (size_t k = 0; k < im.n_notes; k++) {
			(void)buf_addf(&notes, "%s%d %s", k > 0 ? "|" : "", im.notes[k].line, im.notes[k].text);
		}
		bundle_canonical(&im.prompts[0].bundle, &json);
		assert_string_equal(im.format, r->format);
		assert_string_equal(im.prompts[0].name, r->name);
		assert_string_equal(buf_str(&json), r->json);
		assert_string_equal(buf_str(&notes), r->notes);
		import_free(&im);
		buf_free(&notes);
		buf_free(&json);
		free(name);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *path, *text, *error;
	} cases[] = {
		{ "a.json", "{\"messages\": [\n{]}", "a.json:2: not valid JSON: string or '}' expected near ']'" },
		{ "a.json", "{\"x\": 1}", "a.json: no prompt: neither \"messages\" (OpenAI) nor \"prompt\" (Langfuse) is in it" },
		{ "a.json", "{\"messages\": [{\"content\": \"x\"}]}", "a.json: messages.0 has no role" },
		{ "a.json", "{\"messages\": []}", "a.json: a prompt needs messages or a text" },
		{ "a.json", "{\"prompt\": 1}", "a.json: no prompt of Langfuse: it has no \"prompt\" that is a text or a list" },
		{ "a.json", "{\"messages\": [{\"role\": \"x\", \"content\": \"y\"}]}", "a.json: messages.0 of the prompt has no role that there is" },
		{ "a.prompty", "---\nname: x\n", "a.prompty:1: the settings that begin here do not end; close them with a line ---" },
		{ "a.prompty", "---\n- x\n---\ny\n", "a.prompty:2: the settings between the lines --- are no map (name: value)" },
		{ "a.prompty", "---\nname: x\n---\n", "a.prompty:4: there is no text behind the settings" },
		{ "a.prompt", "---\na: [\n---\nx", "a.prompt:3:1: not valid YAML: did not find expected node content while parsing a flow node" },
		{ "a.md", "---\nmodel: x\n---\n\n", "a.md:4: the file has settings but no text" },
		{ "a.txt", "hello", "a.txt: no format that can be imported" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct import_source s = { .path = cases[i].path, .name = "a", .text = cases[i].text, .len = strlen(cases[i].text) };
		struct import im;
		struct err e = { 0 };

		assert_false(import_read(&s, NULL, &im, &e));
		assert_string_equal(e.text, cases[i].error);
	}
}

static void names(void **state)
{
	static const char *const cases[][2] = { { "a/b", "a/b" }, { "Movie Critic!", "Movie-Critic" }, { "../../etc/passwd", "etc/passwd" }, { "//a//b//", "a/b" },
		{ "\xe4\xb8\xad", "imported" }, { "", "imported" }, { ".hidden", "hidden" }, { "a..b", "a.b" }, { "a/.b/c.d", "a/b/c.d" }, { "x@v1", "x-v1" } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *name = import_name(cases[i][0]);

		assert_string_equal(name, cases[i][1]);
		free(name);
	}
}

static void many_notes(void **state)
{
	struct buf text = { 0 };
	struct import im;
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < 80; i++) {
		(void)buf_addf(&text, "line {name_%zu}\n", i);
	}
	const struct import_source s = { .path = "a.md", .name = "a", .text = buf_str(&text), .len = text.len };

	assert_true(import_read(&s, NULL, &im, &e));
	assert_int_equal(im.n_notes, 50);
	assert_int_equal(im.n_unshown, 30);
	assert_int_equal(im.notes[49].line, 50);
	import_free(&im);
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(reads), cmocka_unit_test(refuses), cmocka_unit_test(names), cmocka_unit_test(many_notes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
