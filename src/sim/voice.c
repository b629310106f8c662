#include "sim/voice.h"

#include <string.h>

#include "base/mem.h"
#include "text/utf8.h"

static const struct voice voices[] = {
	{ "en",
	    { "Hello! What can I do for you?", "Hi there. How can I help?", "Hello, good to hear from you. What shall we look at?",
		"Hi! Ask away." },
	    { "", "In short: ", "On {t}: ", "From the text: " },
	    { "The text given says nothing about {t}.", "There is no word on {t} in the text.", "I cannot find {t} in what was given.",
		"The text does not say anything on {t}." },
	    { "The short answer on {t}: begin with {o}.", "{t} comes down to {o}.", "With {t}, the first thing to look at is {o}.",
		"In a word, {t} turns on {o}." },
	    { "Most questions about {t} are settled once {o} is clear.", "It helps to write down what is known about {o} before going on.",
		"Where {t} and {o} pull in different directions, take the simpler way.", "A small example with {o} shows the rest." },
	    { "This answer is simulated and knows only the words of the prompt.", "That is as far as the words of the prompt go.",
		"If you give me a text about it, I can be more precise.", "Tell me more about {o} for a closer answer." } },
	{ "de",
	    { "Hallo! Was kann ich für Sie tun?", "Guten Tag. Womit kann ich helfen?", "Hallo, schön von Ihnen zu hören.",
		"Hallo! Fragen Sie einfach." },
	    { "", "Kurz gesagt: ", "Zu {t}: ", "Im Text heißt es: " },
	    { "Der Text sagt nichts über {t}.", "Zu {t} steht nichts im Text.", "Über {t} ist hier nichts zu finden.",
		"Der Text schweigt zu {t}." },
	    { "Kurz zu {t}: Am Anfang steht {o}.", "Bei {t} kommt es auf {o} an.", "{t} hängt vor allem von {o} ab.",
		"Für {t} zählt zuerst {o}." },
	    { "Ist {o} geklärt, ergibt sich das meiste von selbst.", "Es hilft, vorher aufzuschreiben, was über {o} bekannt ist.",
		"Ein kleines Beispiel mit {o} zeigt den Rest.", "Im Zweifel ist der einfachere Weg der bessere." },
	    { "Diese Antwort ist simuliert.", "Mehr geben die Worte der Frage nicht her.", "Mit einem Text dazu geht es genauer.",
		"Mehr zu {o} hilft weiter." } },
	{ "fr",
	    { "Bonjour ! Que puis-je faire pour vous ?", "Bonjour. Comment puis-je aider ?", "Bonjour, ravi de vous lire.",
		"Salut ! Je vous écoute." },
	    { "", "En bref : ", "Sur {t} : ", "D’après le texte : " },
	    { "Le texte ne dit rien sur {t}.", "Rien sur {t} dans le texte.", "Je ne trouve pas {t} dans ce texte.",
		"Le texte n’évoque pas {t}." },
	    { "En bref, {t} dépend de {o}.", "Pour {t}, commencez par {o}.", "{t} se ramène à {o}.", "L’essentiel de {t} tient à {o}." },
	    { "Une fois {o} clarifié, le reste suit.", "Un petit exemple avec {o} montre la suite.",
		"Notez d’abord ce que l’on sait de {o}.", "Dans le doute, préférez la voie la plus simple." },
	    { "Cette réponse est simulée.", "Les mots de la question ne permettent pas d’aller plus loin.",
		"Avec un texte, je serai plus précis.", "Dites-m’en plus sur {o}." } },
	{ "es", { "¡Hola! ¿En qué puedo ayudar?", "Hola. ¿Qué necesitas?", "¡Hola! Me alegra leerte.", "¡Hola! Pregunta lo que quieras." },
	    { "", "En resumen: ", "Sobre {t}: ", "Según el texto: " },
	    { "El texto no dice nada sobre {t}.", "No hay nada sobre {t} en el texto.", "No encuentro {t} en lo dado.",
		"El texto no menciona {t}." },
	    { "En resumen, {t} depende de {o}.", "Para {t}, empieza por {o}.", "{t} se reduce a {o}.", "Lo esencial de {t} está en {o}." },
	    { "Cuando {o} está claro, lo demás sigue.", "Un ejemplo pequeño con {o} muestra el resto.",
		"Anota primero lo que se sabe de {o}.", "En la duda, elige el camino más simple." },
	    { "Esta respuesta es simulada.", "Las palabras de la pregunta no dan para más.", "Con un texto puedo ser más preciso.",
		"Cuéntame más de {o}." } },
	{ "ru", { "Здравствуйте! Чем могу помочь?", "Привет! Спрашивайте.", "Здравствуйте, рад вас видеть.", "Привет. О чём поговорим?" },
	    { "", "Коротко: ", "О теме «{t}»: ", "В тексте сказано: " },
	    { "В тексте ничего нет о теме «{t}».", "О «{t}» в тексте не сказано.", "Не нахожу «{t}» в тексте.", "Текст молчит о «{t}»." },
	    { "Коротко: «{t}» зависит от «{o}».", "В вопросе «{t}» начните с «{o}».", "Главное в «{t}» – это «{o}».",
		"«{t}» сводится к «{o}»." },
	    { "Когда «{o}» ясно, остальное следует само.", "Небольшой пример с «{o}» покажет остальное.",
		"Сначала запишите, что известно о «{o}».", "Если есть сомнения, выбирайте путь попроще." },
	    { "Этот ответ смоделирован.", "Большего слова вопроса не дают.", "С текстом отвечу точнее.", "Расскажите больше о «{o}»." } },
	{ "ja",
	    { "こんにちは！ご用件は何でしょうか。", "こんにちは。どのようにお手伝いできますか。", "こんにちは、何でも聞いてください。",
		"どうも！質問をどうぞ。" },
	    { "", "要するに、", "「{t}」について：", "本文によると、" },
	    { "本文には「{t}」について書かれていません。", "「{t}」の記述は見つかりません。", "「{t}」は本文にありません。",
		"本文は「{t}」に触れていません。" },
	    { "「{t}」は、まず「{o}」から考えます。", "要点は「{o}」です。", "「{t}」の鍵は「{o}」にあります。",
		"簡単に言えば「{t}」は「{o}」次第です。" },
	    { "「{o}」が分かれば残りは自然に決まります。", "小さな例で「{o}」を試すとよいでしょう。", "まず「{o}」を書き出してください。",
		"迷ったら単純な方を選びます。" },
	    { "これはシミュレーションの回答です。", "質問の言葉から言えるのはここまでです。", "本文があればより正確に答えられます。",
		"「{o}」をもう少し教えてください。" } },
	{ "zh", { "你好！有什么可以帮你？", "您好，请问需要什么帮助？", "你好，很高兴见到你。", "你好！请提问。" },
	    { "", "简而言之：", "关于“{t}”：", "文中说：" },
	    { "文中没有提到“{t}”。", "找不到关于“{t}”的内容。", "所给文字没有说明“{t}”。", "文中对“{t}”只字未提。" },
	    { "简单说，“{t}”取决于“{o}”。", "先从“{o}”看起。", "“{t}”的关键是“{o}”。", "“{t}”归结为“{o}”。" },
	    { "弄清“{o}”，其余就顺理成章。", "用“{o}”做个小例子即可。", "先写下已知的“{o}”。", "拿不准时，选更简单的办法。" },
	    { "这是模拟的回答。", "问题里的词只够说到这里。", "给出文本可以答得更准。", "请多说说“{o}”。" } },
};
#define VOICE_JA 5
#define VOICE_ZH 6
#define VOICE_RU 4

/* Words that are frequent in one language and rare in the others, for voices 1 to 3. */
static const char *const marks[][14] = {
	{ "der", "die", "das", "und", "ist", "nicht", "ein", "eine", "wie", "wird", "für", "warum", "wann", NULL },
	{ "le", "la", "les", "est", "une", "et", "pourquoi", "quel", "quelle", "que", "dans", "pour", "comment", NULL },
	{ "el", "los", "las", "es", "una", "y", "por", "qué", "cómo", "cuál", "para", "del", "está", NULL },
};

static bool is_mark(const char *const *list, const char *word, size_t len)
{
	for (; *list != NULL; list++) {
		if (strlen(*list) == len && memcmp(*list, word, len) == 0) {
			return true;
		}
	}
	return false;
}

static const struct voice *by_script(struct span text)
{
	size_t han = 0, kana = 0, cyrillic = 0, n = 0;

	for (size_t i = 0; i < text.len; n++) {
		uint32_t cp;
		size_t step = utf8_decode(text.s + i, text.len - i, &cp);

		if (step == 0) {
			break;
		}
		han += cp >= 0x4E00 && cp <= 0x9FFF;
		kana += cp >= 0x3041 && cp <= 0x30FF;
		cyrillic += cp >= 0x400 && cp <= 0x4FF;
		i += step;
	}
	if (kana * 8 > n) {
		return &voices[VOICE_JA];
	}
	if (han * 4 > n) {
		return &voices[VOICE_ZH];
	}
	return cyrillic * 3 > n ? &voices[VOICE_RU] : NULL;
}

const struct voice *voice_find(struct span text)
{
	const struct voice *script = by_script(text);
	size_t votes[COUNT_OF(marks)] = { 0 }, words = 0, best = 0;
	char term[TERM_SIZE];
	struct span raw;

	if (script != NULL) {
		return script;
	}
	for (size_t at = 0; term_next(text.s, text.len, &at, term, &raw); words++) {
		for (size_t i = 0; i < COUNT_OF(marks); i++) {
			votes[i] += is_mark(marks[i], raw.s, raw.len);
		}
	}
	for (size_t i = 1; i < COUNT_OF(marks); i++) {
		best = votes[i] > votes[best] ? i : best;
	}
	return votes[best] >= 2 && votes[best] * 6 >= words ? &voices[best + 1] : &voices[0];
}

/* A greeting in a language is also the surest sign of it, but "hello" words of several languages are answered in English. */
bool voice_is_greeting(struct span text)
{
	static const char *const hellos[] = {
		"hello",
		"hi",
		"hey",
		"good morning",
		"good evening",
		"hallo",
		"guten tag",
		"bonjour",
		"salut",
		"hola",
		"ciao",
		"привет",
		"здравствуйте",
		"你好",
		"您好",
		"こんにちは",
		"안녕",
		"olá",
		"moin",
		"servus",
		"grüezi",
	};

	for (size_t i = 0; text.len <= 40 && i < COUNT_OF(hellos); i++) {
		size_t n = strlen(hellos[i]);
		struct span head = { text.s, n < text.len ? n : text.len };
		bool is_ended = n >= text.len || strchr(" ,.!?\n", text.s[n]) != NULL || (unsigned char)text.s[n] >= 0x80;
		bool is_same = head.len == n && ((unsigned char)hellos[i][0] < 0x80 ? span_find(head, hellos[i]) == text.s
										    : memcmp(head.s, hellos[i], n) == 0);

		if (is_same && is_ended) {
			return memchr(text.s, '?', text.len) == NULL || text.len < 24;
		}
	}
	return false;
}

void voice_fill(const char *phrase, const char *topic, const char *other, struct buf *out)
{
	for (; *phrase != '\0'; phrase++) {
		if (strncmp(phrase, "{t}", 3) == 0 || strncmp(phrase, "{o}", 3) == 0) {
			(void)buf_add_str(out, phrase[1] == 't' ? topic : other);
			phrase += 2;
		} else {
			(void)buf_add_char(out, *phrase);
		}
	}
}
