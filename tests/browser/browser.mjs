// A browser without a window, and pages in it that may ask for nothing but their own file.
import { chromium } from "playwright-core";
import { pathToFileURL } from "node:url";

const SWITCHES = [
  "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--disable-default-apps", "--force-color-profile=srgb",
];

/* Starts the browser at this path, in an empty home of its own. */
export const launch = (path) => chromium.launch({ executablePath: path, headless: true, args: SWITCHES });

/* Opens a file. What it says to its console, what goes wrong in it and what it asks for is in `heard`. */
export const open = async (browser, file, { width = 1280, height = 800, scheme = "light", hash = "", scale = 1, reduced = true } = {}) => {
  const context = await browser.newContext({
    viewport: { width, height }, colorScheme: scheme, deviceScaleFactor: scale, reducedMotion: reduced ? "reduce" : "no-preference",
  });
  const page = await context.newPage();
  const heard = { errors: [], requests: [], dialogs: [] };
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) heard.errors.push(message.text()); });
  page.on("pageerror", (error) => heard.errors.push(String(error)));
  page.on("dialog", (dialog) => { heard.dialogs.push(dialog.message()); dialog.dismiss(); });
  page.on("request", (request) => { if (!request.url().startsWith("data:")) heard.requests.push(request.url()); });
  const url = pathToFileURL(file).href;
  await page.goto(url + hash, { timeout: 120_000 });
  return { page, heard, url, context };
};
