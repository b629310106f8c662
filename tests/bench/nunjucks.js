// nunjucks.js DIR - seconds of one rendering and one compilation of DIR/bench.txt with DIR/bench.json; the least of many.
const fs = require('fs'), nunjucks = require('nunjucks');
const text = fs.readFileSync(process.argv[2] + '/bench.txt', 'utf8'), vars = JSON.parse(fs.readFileSync(process.argv[2] + '/bench.json', 'utf8'));
const env = new nunjucks.Environment(null, { autoescape: false });
const compiled = nunjucks.compile(text, env);
function least(run) {
	let best = Infinity;
	for (const end = process.hrtime.bigint() + 500000000n; process.hrtime.bigint() < end;) {
		const start = process.hrtime.bigint();
		run();
		best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e9);
	}
	return best;
}
console.log(least(() => compiled.render(vars)), least(() => new nunjucks.Template(text, env, null, true)));
