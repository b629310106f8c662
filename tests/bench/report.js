// report.js CALLS.jsonl SINCE UNTIL - the figures of `sonde metrics CALLS.jsonl` as a script of few lines has them: read, group, sort. A peer.
const fs = require('fs');
const readline = require('readline');
const [path, since, until] = process.argv.slice(2);
const from = Date.parse(since), to = Date.parse(until);
const groups = new Map();

readline.createInterface({ input: fs.createReadStream(path, { highWaterMark: 1 << 20 }) }).on('line', (line) => {
  const row = JSON.parse(line);
  const at = Date.parse(row.timestamp);
  if (at < from || at >= to) return;
  let g = groups.get(row.provider);
  if (!g) groups.set(row.provider, (g = { calls: 0, input: 0, output: 0, cost: 0, errors: 0, latency: [] }));
  g.calls++;
  g.input += row.prompt_tokens || 0;
  g.output += row.completion_tokens || 0;
  g.cost += row.cost_usd || 0;
  g.errors += row.error ? 1 : 0;
  if (row.latency_ms !== null) g.latency.push(row.latency_ms);
}).on('close', () => {
  for (const [name, g] of groups) {
    const sorted = Float64Array.from(g.latency).sort();
    const at = (q) => sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1];
    console.log(name, g.calls, g.errors, g.input, g.output, g.cost.toFixed(4), at(0.5), at(0.95), at(0.99));
  }
});
