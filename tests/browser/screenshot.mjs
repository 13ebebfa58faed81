// Draws an HTML or SVG file as a PNG: node screenshot.mjs CHROMIUM FILE PNG [WIDTHxHEIGHT] [light|dark] [#hash] [keys ...]
// Keys are pressed one after the other before the picture is taken: `e`, `Enter`, `text:/SELECT`, `wait:500`.
import { launch, open } from "./browser.mjs";

const [path, file, png, size = "1280x800", scheme = "light", ...rest] = process.argv.slice(2);
if (!png) {
  console.error("usage: node screenshot.mjs CHROMIUM FILE PNG [WIDTHxHEIGHT] [light|dark] [#hash] [keys ...]");
  process.exit(2);
}
const [width, height] = size.split("x").map(Number);
const hash = rest[0]?.startsWith("#") ? rest.shift() : "";
const browser = await launch(path);
try {
  const { page, heard } = await open(browser, file, { width, height, scheme, hash });
  for (const key of rest) {
    if (key.startsWith("text:")) await page.keyboard.type(key.slice(5));
    else if (key.startsWith("wait:")) await page.waitForTimeout(Number(key.slice(5)));
    else await page.keyboard.press(key);
  }
  await page.waitForTimeout(300);
  await page.screenshot({ path: png });
  for (const error of heard.errors) console.error(error);
} finally {
  await browser.close();
}
