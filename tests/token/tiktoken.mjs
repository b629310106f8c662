/* tiktoken.mjs DIR SRCDIR - beside the npm package tiktoken, installed in DIR/node_modules: writes its rank files as tiktoken has them
 * (DIR/NAME.tiktoken), a corpus (DIR/corpus), and what tiktoken counts in each of its files and of the sources: DIR/NAME.counts, "COUNT PATH" a line. */
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const [dir, srcdir] = process.argv.slice(2);
const require = createRequire(path.join(dir, '/'));
const { Tiktoken } = require('tiktoken');
const corpus = path.join(dir, 'corpus');

/* -- the corpus ---------------------------------------------------------------------------------------------------------------- */

const languages = {
	english: "The queue was empty at ten, so nobody noticed that the limiter had stopped. We'll retry what's failed; don't page me before 07:30.",
	german: 'Die Warteschlange war um zehn Uhr leer, deshalb fiel niemandem auf, daß der Begrenzer stand. Größere Änderungen prüfen wir übermorgen.',
	french: "À dix heures la file était vide, et personne n'a vu que le limiteur s'était arrêté. L'équipe réessaiera ce qui a échoué, ça ira.",
	spanish: '¿Quién revisó la cola a las diez? Estaba vacía; mañana volveremos a intentar lo que falló, según el señor Núñez.',
	polish: 'O dziesiątej kolejka była pusta, więc nikt nie zauważył, że ogranicznik stanął. Później spróbujemy jeszcze raz, żeby było źródło.',
	turkish: 'Saat onda kuyruk boştu, İstanbul ekibi sınırlayıcının durduğunu görmedi; ığdır ılık, çağrı yeniden denenecek.',
	vietnamese: 'Lúc mười giờ hàng đợi trống nên không ai thấy bộ giới hạn đã dừng. Chúng tôi sẽ thử lại những gì đã hỏng.',
	russian: 'В десять часов очередь была пуста, поэтому никто не заметил остановки. Повторим всё, что не удалось, ещё раз завтра.',
	greek: 'Στις δέκα η ουρά ήταν άδεια και κανείς δεν πρόσεξε ότι ο περιοριστής είχε σταματήσει. Θα ξαναδοκιμάσουμε αύριο.',
	arabic: 'كان الطابور فارغا في العاشرة ولم يلاحظ أحد أن المحدد توقف. سنعيد المحاولة غدا، إن شاء الله، الساعة ٠٧:٣٠.',
	hebrew: 'בשעה עשר התור היה ריק ואיש לא שם לב שהמגביל נעצר. ננסה שוב מחר את מה שנכשל.',
	hindi: 'दस बजे कतार खाली थी, इसलिए किसी ने नहीं देखा कि सीमक रुक गया है। जो विफल हुआ उसे हम कल फिर आज़माएँगे।',
	thai: 'ตอนสิบโมงคิวว่าง จึงไม่มีใครสังเกตว่าตัวจำกัดหยุดทำงาน พรุ่งนี้เราจะลองใหม่อีกครั้ง',
	chinese: '十点钟队列是空的，所以没有人注意到限流器已经停了。失败的请求我们明天再试一次，七点半之前请不要打电话。',
	japanese: '十時にはキューが空だったので、リミッターが止まったことに誰も気づきませんでした。失敗したものは明日もう一度試します。',
	korean: '열 시에는 대기열이 비어 있어서 제한기가 멈춘 것을 아무도 알아채지 못했습니다. 실패한 요청은 내일 다시 시도합니다.',
};

const snippets = {
	'tabs.go': 'func (q *Queue) Take(ctx context.Context) (*Item, error) {\n\tif q == nil {\n\t\treturn nil, errNoQueue\n\t}\n\n\treturn <-q.items, nil\n}\n',
	'camel.ts': "export class HTTPRetryPolicy<TError extends Error> {\n  readonly maxRetriesPerHost = 3;\n  isXMLHttpError = (e: TError) => e?.name === 'XMLHttpError';\n}\n",
	'deep.json': '{"items":[{"id":10423,"tags":["a","b"],"price":19.90,"note":"caf\\u00e9"}],\r\n "next":null}\n',
	'page.html': '<!-- note --><p class="x">Tom &amp; Anna&rsquo;s</p>\n//path/to//file///\n</div>\n\n\n',
	'query.sql': "SELECT COUNT(*) AS n FROM call WHERE model LIKE 'gpt-%' AND cost_nano > 1000000000;\n",
	'shell.sh': 'for f in "$@"; do\n    [ -e "$f" ] || { echo "no $f" >&2; exit 1; }\ndone\n',
	'special.txt': 'a <|endoftext|> b <|fim_prefix|> <|endofprompt|>\n',
};

let seed = 7;
function random(n) {
	seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
	return Math.floor(seed / 4294967296 * n);
}

/* Texts made of what the patterns tell apart. */
const alphabet = ['a', 'B', 'é', 'É', 'ǅ', 'ʰ', 'ª', '漢', 'あ', '\u0301', '\u20dd', '\u0903', '1', '²', 'Ⅷ', '٣', ' ', '  ', '\t', '\n', '\r\n', '\r', '\u0085', '\u00a0',
	'\u2028', '\u3000', '\ufeff', '\u180e', '\u200b', '\u200d', '\ufe0f', "'", "'s", "'S", "'ſ", "'ll", "'Ve", "'re", "'d", "'x", '’s', '/', '//', '.', '!?', '_', '-',
	'€', '😀', '👩‍👩‍👧', '\u{1f3fd}', '\u0000', '\u{10ffff}', '\ue000', 'ſ', 'K', 'the', ' The', 'HTTPServer', 'word'];
const fuzz = (n, letters) => Array.from({ length: n }, () => letters[random(letters.length)]).join('');

function everyCodePoint(before, after) {
	const out = [];

	for (let cp = 0; cp < 0x110000; cp++) {
		/* One of each sixteen that are all alike: CJK, Hangul, private use and what is not assigned yet. */
		if ((cp >= 0xd800 && cp < 0xe000) || (cp >= 0x3400 && cp % 16 !== 0 && !(cp >= 0xa000 && cp < 0xac00) && !(cp >= 0xf900 && cp < 0x20000))) {
			continue;
		}
		out.push(before, String.fromCodePoint(cp), after);
	}
	return out.join('');
}

const files = { ...snippets };
for (const [name, text] of Object.entries(languages)) {
	files[`${name}.txt`] = [text, text.toUpperCase(), ` ${text}\n\n\t${text}`, text.split(' ').reverse().join('  ')].join('\n');
}
Object.assign(files, {
	'bom.md': '\ufeff# title\n\ufeff\ufeff text \ufeff',
	'nel.txt': 'one\u0085two \u0085 three\u0085\u0085\n\u0085four',
	'mongolian.txt': 'a\u180eb \u180e c\u180e\u180e ᠮᠣᠩᠭᠣᠯ\u180eᠠ',
	'zwj.txt': '👩‍🚀 👨‍👩‍👧‍👦 🏳️‍🌈 क्‍ष نمی‌خواهم \u200d\u200d x\u200dy',
	'han.txt': Array.from({ length: 40000 }, () => String.fromCodePoint(0x4e00 + random(3000))).join(''),
	'blanks.txt': Array.from({ length: 400 }, () => fuzz(random(6), [' ', '\t', '\n', '\r', '\u3000', '\u0085', '\u00a0']) + 'x').join(''),
	'digits.txt': Array.from({ length: 300 }, (_, i) => `${'1234567890'.repeat(3).slice(0, i % 17)} ٣٤٥٦²³ Ⅷ`).join(' '),
	'letters.txt': everyCodePoint('A', "'s "),
	'prefixes.txt': everyCodePoint('', 'b'),
	'runs.txt': everyCodePoint('.', '. '),
	'tails.txt': everyCodePoint('1', '\n'),
	'base64.txt': Buffer.from(fuzz(3000, alphabet)).toString('base64'),
	'long.txt': 'ab'.repeat(3000) + ' ' + '='.repeat(5000) + ' '.repeat(3000) + 'x' + '\n'.repeat(2000),
	'spaces.txt': ' '.repeat(1000),
	'empty.txt': '',
});
for (let i = 0; i < 24; i++) {
	files[`fuzz-${i}.txt`] = fuzz(2000 + 100 * i, i % 3 === 0 ? alphabet : alphabet.filter(() => random(3) > 0));
}
fs.mkdirSync(corpus, { recursive: true });
const paths = Object.entries(files).map(([name, text]) => {
	const file = path.join(corpus, name);

	fs.writeFileSync(file, text);
	return file;
});
const walk = (at) => fs.readdirSync(at, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? walk(path.join(at, e.name)) : [path.join(at, e.name)]));
for (const folder of ['src', 'ui', 'doc', 'data']) {
	paths.push(...walk(path.join(srcdir, folder)).filter((f) => /\.(c|h|md|sql|json|py|mjs|sh|1|txt)$/.test(f) && !/class_table/.test(f)));
}

/* -- what tiktoken says -------------------------------------------------------------------------------------------------------- */

for (const name of ['o200k_base', 'cl100k_base']) {
	const { bpe_ranks, special_tokens, pat_str } = require(`tiktoken/encoders/${name}.json`);
	const lines = bpe_ranks.split('\n').flatMap((line) => {
		const [, first, ...tokens] = line.split(' ');

		return tokens.map((token, i) => `${token} ${Number(first) + i}\n`);
	});
	const encoder = new Tiktoken(bpe_ranks, special_tokens, pat_str);

	fs.writeFileSync(path.join(dir, `${name}.tiktoken`), lines.join(''));
	fs.writeFileSync(path.join(dir, `${name}.counts`),
		paths.map((f) => `${encoder.encode_ordinary(fs.readFileSync(f, 'utf8')).length} ${f}\n`).join(''));
	encoder.free();
}
