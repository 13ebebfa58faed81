// Opens pages of `show -o html` in a browser and does with them what a reader does. Nothing is asserted about how long it takes.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { launch, open } from "./browser.mjs";
import { hostile, large, odd, otlp, span } from "./traces.mjs";

const [chromium, program, fixtures] = process.argv.slice(2).map((path) => resolve(path));
const folder = mkdtempSync(join(tmpdir(), "cruddur-trace-browser-"));
const environment = { PATH: process.env.PATH, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder, TZ: "UTC", LANG: "C.UTF-8" };
const run = (...words) =>
  execFileSync(program, words, { cwd: folder, env: environment, encoding: "utf8", maxBuffer: 1 << 30, stdio: ["ignore", "pipe", "ignore"] });

/* A page of some traces of a file. */
const write = (name, from, ids, ...more) => {
  const file = join(folder, name);
  writeFileSync(file, run("show", "-b", `file:${from}`, ...ids, "-o", "html", ...more));
  return file;
};
const stored = (name, document) => {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(document));
  return file;
};

const TRACES = ["8bc626382cebdea2f7f1556261da8061", "ae98aa61f92c36ccde88da857de9bd67", "6e0e527094eac2775941319a7b6a5db6"];
const TRACE = "5759e988bd862e3fe1be46a994272793";
const cruddur = join(fixtures, "cruddur.json");

const browser = await launch(chromium);
let checks = 0;

/* Opens a page, does something with it, and looks that nothing went wrong meanwhile and nobody was asked for anything. */
const check = async (what, file, options, act) => {
  const { page, heard, url, context } = await open(browser, file, options);
  try {
    await act(page, heard);
    assert.deepEqual(heard.errors, [], "nothing is reported to the console");
    assert.deepEqual(heard.dialogs, [], "nothing that came with a trace runs");
    for (const request of heard.requests) assert.equal(request.split("#")[0], url, "nothing but the file is asked for");
  } catch (error) {
    error.message = `${what}: ${error.message}`;
    throw error;
  }
  await context.close();
  checks++;
  console.log(`ok: ${what}`);
};

const names = (page) => page.$$eval("#rows .row .name", (found) => found.map((name) => name.textContent));
const rows = (page) => page.$$eval("#rows .row", (found) =>
  found.sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top))
    .map((row) => ({ name: row.querySelector(".name").textContent, long: row.querySelector(".long").textContent, level: Number(row.getAttribute("aria-level")) })));
const selected = (page) => page.$eval("#rows .row[aria-selected=true] .name", (name) => name.textContent);
const text = (page, selector) => page.$eval(selector, (found) => found.textContent);
const press = async (page, ...keys) => { for (const key of keys) await page.keyboard.press(key); };
const search = async (page, words) => {
  await page.keyboard.press("/");
  await page.fill("#search", words);
  await page.waitForTimeout(150);
  await page.waitForSelector("#found[data-finished=true]", { state: "attached" });
  return text(page, "#found");
};

/* Within the page: words whose contrast is less than WCAG's AA asks for. Controls that are disabled need none. */
const lowContrast = () => {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const over = (colours) => {
    context.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
    }
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => {
    const [red, green, blue] = rgb.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const low = [];
  for (const element of document.querySelectorAll("#app *")) {
    const words = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join("");
    if (!words || element.closest(":disabled") || !element.checkVisibility()) continue;
    const grounds = [];
    for (let above = element; above; above = above.parentElement) grounds.unshift(getComputedStyle(above).backgroundColor);
    const [ground, ink] = [over(grounds), over([...grounds, getComputedStyle(element).color])].map(light);
    const ratio = (Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05);
    if (ratio < 4.5) low.push(`${element.className || element.tagName}: ${words.slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return low;
};

/* Every row that the terminal draws has the same name, depth and duration on the page. */
const sameAsTerminal = async (page, from, id) => {
  const drawn = run("show", "-b", `file:${from}`, id, "--expand", "--width", "400", "--color", "never").split("\n\n")[1].split("\n");
  const lengths = await page.$$eval("#rows .row .long", (found) => found.map((long) => long.textContent).filter(Boolean));
  const told = drawn.map((line) => line.match(/ (-?[\d.,]+ (?:ns|µs|ms|s|[mhd] \d\d [smh])|running)$/)?.[1]).filter(Boolean);
  assert.deepEqual(lengths.sort(), told.sort(), "durations are written as in the terminal");
};

try {
  const several = write("several.html", cruddur, TRACES);

  await check("a page opens with the rows of the terminal", several, {}, async (page) => {
    const found = await rows(page);
    assert.deepEqual(found.map((row) => row.name),
      ["GET /api/message_groups", "cognito-jwt-verify", "SELECT", "list-message-groups", "DynamoDB.Query", "render-json"]);
    assert.deepEqual(found.map((row) => row.level), [1, 2, 2, 2, 3, 3]);
    assert.equal(await text(page, "#title"), "GET /api/message_groups");
    assert.match(await text(page, "#facts"), /402 ms.*18 spans/);
    assert.match(await text(page, "#notes"), /N\+1: DynamoDB\.Query, 13 times/);
    await page.click("#open");
    assert.equal((await rows(page)).length, 19);
    await page.$$eval(".times", (found) => found.forEach((times) => times.closest(".row").remove()));
    await sameAsTerminal(page, cruddur, TRACES[0]);
  });

  await check("rows open and close by mouse and by keys", several, {}, async (page) => {
    const fold = page.locator(".row", { hasText: "×13" });
    assert.equal(await fold.getAttribute("aria-expanded"), "false");
    await fold.locator(".caret").click();
    assert.equal((await names(page)).filter((name) => name === "DynamoDB.Query").length, 14);
    await fold.locator(".caret").click();
    assert.equal((await rows(page)).length, 6);
    await press(page, "g", "h");
    assert.deepEqual(await names(page), ["GET /api/message_groups"]);
    assert.match(await text(page, ".more"), /^\+17$/);
    await press(page, "l", "j", "j", "j");
    assert.equal(await selected(page), "list-message-groups");
    await press(page, "L");
    assert.equal((await rows(page)).length, 19);
    await press(page, "H", "h");
    assert.equal(await selected(page), "GET /api/message_groups");
    await press(page, "G");
    assert.equal(await selected(page), "list-message-groups");
    await page.click("#close");
    assert.equal((await rows(page)).length, 1);
  });

  await check("search counts, marks and opens what it finds", several, {}, async (page) => {
    assert.equal(await search(page, "dynamodb.query"), "13 found");
    await press(page, "Enter");
    assert.equal(await selected(page), "DynamoDB.Query");
    assert.ok((await page.$$("mark")).length >= 13, "it is marked in the names");
    const first = await page.$eval("#rows .chosen", (row) => row.id);
    await page.focus("#rows");
    await press(page, "n");
    assert.notEqual(await page.$eval("#rows .chosen", (row) => row.id), first);
    await press(page, "N");
    assert.equal(await page.$eval("#rows .chosen", (row) => row.id), first);
    assert.equal(await search(page, "no such thing"), "0 found");
    assert.match(await search(page, "cruddur-messages"), /^1[34] found$/, "values of attributes are searched");
    await press(page, "Escape");
    assert.equal(await text(page, "#found"), "");
  });

  await check("several traces are on one page, and errors are found", several, {}, async (page) => {
    assert.equal((await page.$$("#tabs button")).length, 3);
    await press(page, "]");
    assert.equal(await text(page, "#title"), "POST /api/activities");
    await press(page, "e");
    const failed = await selected(page);
    await press(page, "e", "E");
    assert.equal(await selected(page), failed);
    await press(page, "G", "Enter");
    await press(page, "]", "e");
    assert.equal(await text(page, "#tabs [aria-pressed=true]"), "HTTP POST");
    assert.match(await text(page, "#said"), /incomplete: 1 parent span has not arrived/);
    assert.ok((await names(page)).some((name) => name.endsWith("not arrived (yet)")));
  });

  await check("details have all that came with a span, and a link leads to it", several, { hash: "#trace=2&span=f3ae856a8964ad65" }, async (page) => {
    assert.equal(await selected(page), "INSERT");
    const details = await text(page, "#details");
    for (const part of ["error: the failure began here", "29 ms of 48 ms, 60.4 %", "12.8 ms after the trace began, 2026-07-24 14:03:46.321 UTC",
      "aea7d44a67d4d415  create-activity", "NotNullViolation", "RETURNING uuid", "exception.stacktrace", "+29.0 ms",
      "telemetry.sdk.version", "opentelemetry.instrumentation.psycopg", "0.60b1"]) {
      assert.ok(details.includes(part), `${part} is among the details`);
    }
    await press(page, "Escape");
    assert.ok(await page.$eval("#details", (details) => details.hidden));
    await page.evaluate(() => { location.hash = "#span=nothing"; });
    await page.waitForFunction(() => document.getElementById("said").textContent.includes("no span nothing"));
  });

  await check("the time can be zoomed into", several, {}, async (page) => {
    const labels = () => page.$$eval("#axis span", (found) => found.map((label) => label.textContent));
    const whole = await labels();
    assert.deepEqual(whole.slice(0, 2), ["0", "100 ms"]);
    await press(page, "j", "j", "j", "z");
    assert.notDeepEqual(await labels(), whole);
    await press(page, "0");
    assert.deepEqual(await labels(), whole);
    const map = await page.locator("#map").boundingBox();
    await page.mouse.move(map.x + 100, map.y + 10);
    await page.mouse.down();
    await page.mouse.move(map.x + 300, map.y + 20, { steps: 4 });
    await page.mouse.up();
    assert.notDeepEqual(await labels(), whole);
    assert.ok(!(await page.$eval("#whole", (button) => button.disabled)));
    await press(page, "Escape");
    assert.deepEqual(await labels(), whole);
    await press(page, "g", "c");
    assert.equal(await selected(page), "cognito-jwt-verify");
    await press(page, "?");
    assert.ok(await page.$eval("#help", (help) => help.open));
    await press(page, "Escape");
    await page.hover("#rows .row:first-child .lane");
    await page.waitForSelector("#tip:not([hidden])");
    assert.match(await text(page, "#tip"), /GET \/api\/message_groups.*402 ms/);
  });

  await check("services can be chosen, and what is above them stays", write("services.html", cruddur, [TRACES[2]]), {}, async (page) => {
    const all = (await rows(page)).length;
    await page.click("#legend button:has-text('cruddur-worker')");
    const some = await rows(page);
    assert.ok(some.length < all && some.some((row) => row.name === "notify-followers"));
    assert.match(await text(page, "#shown"), /only cruddur-worker, and what is above/);
    await page.click("#legend button:has-text('cruddur-worker')");
    assert.equal((await rows(page)).length, all);
  });

  await check("what was not asked for is said to be missing", write("part.html", cruddur, [TRACES[0]], "--zoom", "list-message-groups", "--highlight", "duration > 40ms"), {}, async (page) => {
    const said = await text(page, "#said");
    assert.match(said, /only 15 of 18 spans are on this page/);
    assert.match(said, /3 of 18 spans satisfy duration > 40ms/);
    await page.click("#open");
    assert.ok((await page.$$(".row.matched")).length >= 2);
    await press(page, "n");
    assert.equal(await selected(page), "list-message-groups");
  });

  await check("the page is light or dark as its reader likes it", several, { scheme: "dark" }, async (page) => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(await ground(), "rgb(13, 17, 23)");
    await page.click("#theme");
    assert.equal(await ground(), "rgb(255, 255, 255)");
    await press(page, "t");
    assert.equal(await ground(), "rgb(13, 17, 23)");
  });

  for (const scheme of ["light", "dark"]) {
    await check(`every text has enough contrast, ${scheme}`, several, { scheme, hash: "#trace=2&span=f3ae856a8964ad65" }, async (page) => {
      await search(page, "insert");
      const low = await page.evaluate(lowContrast);
      assert.deepEqual(low, []);
    });
  }

  await check("where the axis is broken that is seen and told", write("broken.html", stored("broken.json", otlp(TRACE, [
    span(1, 0, "web", "early", 0, 100), span(2, 1, "web", "late", 9000, 9050),
  ])), [TRACE]), {}, async (page) => {
    assert.equal((await page.$$("#axis .break")).length, 1);
    assert.match(await text(page, "#notes"), /the axis is broken .*8\.9 s in which nothing was traced are left out/);
    const labels = await page.$$eval("#axis span", (found) => found.map((label) => label.textContent));
    assert.ok(labels.includes("0") && labels.some((label) => label.startsWith("9")) && !labels.includes("100 ms"), labels.join());
  });

  await check("on paper there are all rows", several, {}, async (page) => {
    await page.click("#open");
    await page.setViewportSize({ width: 900, height: 320 });
    await page.waitForTimeout(100);
    assert.ok((await rows(page)).length < 19);
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    assert.equal((await rows(page)).length, 19);
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    assert.ok((await rows(page)).length < 19);
  });

  const attack = hostile(TRACE);
  await check("what spans are named stays text", write("hostile.html", stored("hostile.json", attack.document), [TRACE]), {}, async (page) => {
    assert.deepEqual((await names(page)).slice(0, attack.names.length).sort(), [...attack.names].sort());
    for (let nth = 0; nth < attack.names.length; nth++) {
      await press(page, nth === 0 ? "g" : "j", "Enter");
      const details = await text(page, "#details");
      for (const part of attack.details) assert.ok(details.includes(part), `${part} is among the details`);
    }
    await page.hover("#rows .row .lane");
    await page.waitForSelector("#tip:not([hidden])");
    assert.equal(await page.evaluate(() => globalThis.hit), undefined, "nothing ran");
    assert.equal((await page.$$("#app img, #tip img, #app script, #app iframe, #app a, body > img")).length, 0, "nothing became an element");
    assert.ok((await text(page, "#legend")).includes(attack.service));
    assert.equal(await search(page, "onerror="), `${attack.names.length} found`);
  });

  await check("odd traces are drawn and told", write("odd.html", stored("odd.json", odd(TRACE)), [TRACE]), {}, async (page) => {
    await page.click("#open");
    const found = await rows(page);
    for (const name of ["self", "ring", "backwards", "running", "orphan", "0000000000004d4d not arrived (yet)"]) {
      assert.ok(found.some((row) => row.name.endsWith(name)), `${name} is there`);
    }
    assert.deepEqual(found.filter((row) => ["running", "backwards"].includes(row.name)).map((row) => row.long).sort(), ["-10 ms", "running"]);
    assert.match(await text(page, "#notes"), /names itself as its parent/);
    for (const row of found.keys()) await press(page, row === 0 ? "g" : "j", "Enter", "z", "0");
  });

  const siblings = Array.from({ length: 3000 }, (_, nth) => span(nth + 2, 1, "web", `step ${nth}`, nth, nth + 1));
  const deep = Array.from({ length: 3000 }, (_, nth) => span(nth + 5000, nth === 0 ? 1 : nth + 4999, "web", `level ${nth}`, nth / 10, 3000 - nth / 10));
  await check("thousands of levels and siblings are no matter", write("deep.html", stored("deep.json", otlp(TRACE, [span(1, 0, "web", "root", 0, 3000), ...siblings, ...deep])), [TRACE]), {}, async (page) => {
    await press(page, "G");
    assert.match(await selected(page), /^step 2999$/);
    assert.equal(await search(page, "level 2999"), "1 found");
    await press(page, "Enter");
    assert.equal(await selected(page), "level 2999");
    await press(page, "Escape", "h");
  });

  const spans = 100_000;
  const big = write("large.html", stored("large.json", large(TRACE, spans)), [TRACE]);
  await check("a hundred thousand spans are scrolled, searched and counted", big, {}, async (page) => {
    await page.waitForSelector("#rows .row");
    const inDocument = () => page.$$eval("#rows .row", (found) => found.length);
    assert.ok((await inDocument()) < 80, "only rows in sight are in the document");
    assert.match(await text(page, "#facts"), /100,000 spans/);
    for (const key of ["PageDown", "PageDown", "G", "PageUp", "g"]) {
      await press(page, key);
      assert.ok((await inDocument()) < 80);
    }
    await page.mouse.move(600, 500);
    for (let turn = 0; turn < 20; turn++) await page.mouse.wheel(0, 4000);
    await page.waitForTimeout(200);
    assert.ok((await inDocument()) > 20 && (await inDocument()) < 80);
    await page.click("#open");
    await press(page, "G");
    assert.ok((await inDocument()) > 20 && (await inDocument()) < 80);
    assert.equal(await search(page, "needle"), "1 found");
    await press(page, "Enter");
    assert.equal(await selected(page), "operation 77777");
    await press(page, "Enter");
    await page.focus("#rows");
    await press(page, "Enter");
    assert.ok((await text(page, "#details")).includes("needle in a haystack"));
    await press(page, "e");
    assert.equal(await page.$eval("#rows .chosen", (row) => row.classList.contains("failed")), true);
    assert.ok((await page.evaluate(() => document.querySelectorAll("*").length)) < 5000, "the document stays small");
  });

  console.log(`${checks} checks, all well`);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
