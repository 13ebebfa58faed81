// Diagrams of the fixtures, of a trace whose names mean something to Mermaid, and of one that is much too large: Mermaid has to read and
// draw each, with every name as it is and nothing else than text made of it.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [chromium, script, binary, fixtures] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "mermaid-"));

const hostile = [
  "end", "a; b", "%%{init: {'theme': 'dark'}}%%", "#35;quot;", "style: x #fff; classDef y:#000;", "</pre><script>hacked = 1</script>",
  "<img src=x onerror='hacked = 1'>", "a->>b: c", "participant z", "wrap: x", "$$x$$", "`code` \"quoted\" 'single'", "[x](javascript:hacked)",
  "{brace} [bracket] (round) |bar|", "line 1\nline 2", "\u202eturned", "注文 👨‍👩‍👧", "click n0 href", "&lt;b&gt;", "---", "alt", "note over s0: x", "",
];
/** What is shown of a name: what is invisible, as a sign. */
const shown = (name) => name.replaceAll("\n", "␊").replaceAll("\u202e", "\\u{202e}") || "(no name)";

/** A trace in OTLP/JSON, of spans with a service, a name, a parent's number and a message for those that failed. */
function otlp(spans) {
  const at = (ms) => String(1784901785000000000n + BigInt(ms) * 1000000n);
  const id = (n) => n.toString(16).padStart(16, "0");
  return JSON.stringify({
    resourceSpans: spans.map(({ service, name, parent, message, kind, peer }, nth) => ({
      resource: { attributes: [{ key: "service.name", value: { stringValue: service } }] },
      scopeSpans: [{
        spans: [{
          traceId: "5".repeat(32), spanId: id(nth + 1), parentSpanId: parent ? id(parent) : "", name, kind: kind ?? 1,
          startTimeUnixNano: at(nth), endTimeUnixNano: at(100000 + nth % 7),
          status: message === undefined ? {} : { code: 2, message },
          attributes: peer === undefined ? [] : [{ key: "peer.service", value: { stringValue: peer } }],
        }],
      }],
    })),
  });
}

function run(...args) {
  return execFileSync(binary, args, { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, TZ: "UTC" }, encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "inherit"] });
}

/** What is to be drawn, and the words that have to be in it. */
const diagrams = [];
const add = (what, text, words = []) => diagrams.push({ what, text, words });

const files = ["-q", "-b", `file:${join(fixtures, "cruddur.json")}`, "-b", `file:${join(fixtures, "xray.json")}`];
const traces = JSON.parse(run("list", "-o", "json", ...files)).traces.map((trace) => trace.trace_id);
for (const id of traces) add(`trace ${id}`, run("show", id, "-o", "mermaid", ...files));
add("all traces", run("show", ...traces, "-o", "mermaid", ...files), ["list-message-groups", "notify-followers"]);
add("the map", run("map", "-o", "mermaid", ...files), ["backend-flask"]);

const spans = [{ service: "web", name: "GET /" }];
for (const name of hostile) {
  spans.push({ service: name, name, parent: 1, message: name });
  spans.push({ service: "web", name: `own ${name}`, parent: 1 });
  spans.push({ service: "web", name: "call", parent: 1, kind: 3, peer: name });
}
writeFileSync(join(folder, "hostile.json"), otlp(spans));
const words = hostile.map(shown).map((name) => name.slice(0, 30));
const of = ["-q", "-b", "file:hostile.json"];
add("hostile names", run("show", "5555", "-o", "mermaid", "--max-rows", "200", ...of), words);
add("hostile names, in ASCII", run("show", "5555", "-o", "mermaid", "--ascii", ...of));
add("the map of hostile names", run("map", "-o", "mermaid", ...of), words);

const many = Array.from({ length: 3000 }, (_, n) => ({ service: `s${n % 40}`, name: `${n} ${hostile[n % hostile.length]}`.repeat(3), parent: n ? 1 + (n >> 1) : 0 }));
writeFileSync(join(folder, "large.json"), otlp(many));
add("a large trace", run("show", "5555", "-o", "mermaid", "--max-rows", "3000", "-q", "-b", "file:large.json"), ["more span"]);

// What must not be read, so that it is known that this can fail.
const wrong = ["sequenceDiagram\n  s0->>s1", "sequenceDiagram\n  s1-->>-s0: never asked", "flowchart LR\n  n0[\"a\"b\"]"];

const page = `<!doctype html><meta charset="utf-8"><script src="file://${script}"></script><body><script type="application/json" id="data">${
  JSON.stringify({ diagrams, wrong }).replaceAll("<", "\\u003c")
}</script><script>
  const { diagrams, wrong } = JSON.parse(document.getElementById("data").textContent);
  const said = [];
  const squeezed = (text) => text.replace(/\\s+/g, "");
  (async () => {
    mermaid.initialize({ startOnLoad: false });
    for (const [nth, { what, text, words }] of diagrams.entries()) {
      try {
        await mermaid.parse(text);
        const { svg } = await mermaid.render("d" + nth, text);
        const drawn = new DOMParser().parseFromString(svg, "text/html").body;
        const seen = squeezed([...drawn.querySelectorAll("text, foreignObject")].map((node) => node.textContent).join(" "));
        for (const word of words) if (!seen.includes(squeezed(word))) said.push(what + ": lacks " + JSON.stringify(word));
        if (drawn.querySelector("script, img, a, iframe, [onerror], [onclick]")) said.push(what + ": more than text");
        if (/Syntax error|Maximum text size/.test(seen)) said.push(what + ": an error is drawn");
      } catch (error) { said.push(what + ": " + error.message); }
    }
    for (const text of wrong) {
      if (await mermaid.parse(text).then(() => true, () => false)) said.push("was read, but is wrong: " + text);
    }
    if ("hacked" in window) said.push("a name was run");
    const out = document.createElement("pre");
    out.id = "out";
    out.textContent = encodeURIComponent(JSON.stringify(said));
    document.body.replaceChildren(out);
  })();
</script>`;
writeFileSync(join(folder, "page.html"), page);
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--allow-file-access-from-files", `--user-data-dir=${join(folder, "profile")}`, "--virtual-time-budget=120000", "--dump-dom"];
const dom = execFileSync(chromium, [...flags, `file://${join(folder, "page.html")}`], { encoding: "utf8", maxBuffer: 1 << 28, timeout: 300000, stdio: ["ignore", "pipe", "ignore"] });
rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });

const out = /<pre id="out">([^<]*)<\/pre>/.exec(dom);
const said = out ? JSON.parse(decodeURIComponent(out[1])) : ["the page did not come to its end"];
for (const line of said) console.error(line);
if (said.length > 0) process.exit(1);
console.log(`Mermaid reads and draws all ${diagrams.length} diagrams, and refuses ${wrong.length} that are wrong.`);
