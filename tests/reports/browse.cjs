// Opens pages in Chromium and says, as JSON, what axe-core finds and what the keyboard reaches.
// node browse.cjs <chromium> <page url>...   with axe-core and playwright-core on NODE_PATH
const { readFileSync } = require("node:fs");
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf-8");

const WIDTHS = [1280, 390];
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const short = (found) => found.map((one) => ({ rule: one.id, help: one.help, at: one.nodes.map((node) => node.html) }));

async function audit(page) {
  await page.evaluate(axe);
  const found = await page.evaluate((tags) => axe.run(document, { runOnly: tags }), TAGS);
  return { violations: short(found.violations), incomplete: short(found.incomplete), n_passes: found.passes.length };
}

// What has the focus, and whether a person would see that it has.
const focused = () => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const onScreen = box.width > 0 && box.height > 0 && box.left >= 0 && box.top >= 0 && box.right <= innerWidth + 1 && box.bottom <= innerHeight + 1;
  return { tag: one.localName, href: one.getAttribute("href"), place: one.closest("header, nav, main, footer")?.localName ?? "body", visible: onScreen && outlined };
};

async function tabbed(page) {
  const reached = [];
  for (let presses = 0; presses < 2000; presses += 1) {
    await page.keyboard.press("Tab");
    const one = await page.evaluate(focused);
    if (one === null) break;
    reached.push(one);
  }
  return reached;
}

// Enter on the skip link, then Tab: where that leads.
async function skipped(page) {
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  return page.evaluate(focused);
}

// Every fold opened with the keyboard alone.
async function unfolded(page) {
  const folds = page.locator("details");
  const opened = [];
  for (let i = 0; i < (await folds.count()); i += 1) {
    const fold = folds.nth(i);
    await fold.locator("summary").focus();
    await page.keyboard.press(i % 2 ? "Enter" : "Space");
    opened.push(await fold.evaluate((one) => one.open));
  }
  return opened;
}

async function read(browser, url) {
  // The page's own policy would stop the audit's script; it holds for everything before it.
  const strict = await browser.newContext();
  const page = await strict.newPage();
  const requests = [];
  const said = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  await page.goto(url);
  const skip = await skipped(page);
  await page.goto("about:blank");
  await page.goto(url);
  const result = {
    said,
    skip,
    reached: await tabbed(page),
    n_focusable: await page.evaluate(() => [...document.querySelectorAll("a[href], summary")].filter((one) => one.checkVisibility({ contentVisibilityAuto: true })).length),
    unfolded: await unfolded(page),
    audits: {},
  };
  result.requests = requests.filter((one) => one !== "about:blank");
  await strict.close();
  for (const width of WIDTHS) {
    const open = await browser.newContext({ bypassCSP: true, viewport: { width, height: 900 } });
    const audited = await open.newPage();
    await audited.goto(url);
    await audited.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
    result.audits[width] = await audit(audited);
    await open.close();
  }
  return result;
}

(async () => {
  const [executablePath, ...urls] = process.argv.slice(2);
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
  const found = {};
  for (const url of urls) found[url] = await read(browser, url);
  await browser.close();
  process.stdout.write(JSON.stringify(found));
})();
