#!/usr/bin/env python3
"""Opens example reports in chromium as a phone and as a desktop, in light and in dark, and looks for faults:

    report_browser.py PROGRAM [--screenshots FOLDER] [--page FILE.html ...]

PROGRAM writes the examples into a folder. Each page is opened from its file without a network. Reported are console
messages, requests, pages wider than the window, weak contrast, tiny or overlapping letters, tables, pictures and charts
that a screen reader cannot tell, links that lead nowhere. Exit status 77 where there is no chromium.
"""

import argparse
import base64
import fcntl
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
BROWSERS = ("chromium", "chromium-headless-shell", "chromium-browser", "google-chrome")
WIDTHS = (360, 1280)
SCHEMES = ("light", "dark")

# Runs in the page. Gives a list of faults.
LOOK = r"""
(() => {
  const faults = [];
  const say = (what, element) => faults.push(what + ': <' + element.tagName + ' class="' + (element.getAttribute('class') || '') +
    '"> ' + (element.textContent || '').trim().slice(0, 40));
  const all = selector => [...document.querySelectorAll(selector)];
  all('details').forEach(each => each.open = true);

  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.push(`the page is ${root.scrollWidth} wide in a window of ${root.clientWidth}`);
  for (const each of all('body *')) {
    if (!each.closest('.scroll, svg') && each.getBoundingClientRect().right > root.clientWidth + 1) say('beyond the window', each);
  }

  const channel = value => { value /= 255; return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; };
  const parse = text => { const n = text.match(/[\d.]+/g).map(Number); return n.length < 4 ? [...n.slice(0, 3), 1] : n; };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = element => {
    for (let each = element; each; each = each.parentElement) {
      const color = parse(getComputedStyle(each).backgroundColor);
      if (color[3] === 1) return color;
      if (color[3] !== 0) say('half transparent ground', each);
    }
    return [255, 255, 255, 1];
  };
  const texts = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    if (walk.currentNode.textContent.trim() && !parent.closest('title, desc')) texts.push(parent);
  }
  for (const each of new Set(texts)) {
    const style = getComputedStyle(each);
    const is_svg = each instanceof SVGElement;
    const a = light(parse(is_svg ? style.fill : style.color)), b = light(ground(each));
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) say('contrast ' + contrast.toFixed(2), each);
    const size = parseFloat(style.fontSize) * (is_svg ? each.getScreenCTM().a : 1);
    if (size < 10.5) say('letters of ' + size.toFixed(1) + ' px', each);
  }

  for (const chart of all('svg[role=img]')) {
    const names = (chart.getAttribute('aria-labelledby') || '').split(' ').map(id => document.getElementById(id));
    if (names.length !== 2 || names.some(each => !each || !each.textContent)) say('a chart without title or description', chart);
    const frame = chart.getBoundingClientRect();
    const boxes = [...chart.querySelectorAll('text')].map(each => [each, each.getBoundingClientRect()]);
    for (const [text, box] of boxes) {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1 || box.top < frame.top - 1) say('outside its chart', text);
      for (const [other, b] of boxes) {
        if (text !== other && box.left < b.right - 1 && b.left < box.right - 1 && box.top < b.bottom - 3 && b.top < box.bottom - 3) say('letters over "' + other.textContent + '"', text);
      }
    }
  }
  for (const each of all('svg')) {
    if (each.getAttribute('role') !== 'img' && !each.closest('[aria-hidden=true]')) say('a chart that is neither told nor hidden', each);
  }
  for (const each of all('img')) {
    if (!each.alt || !each.complete || each.naturalWidth === 0) say('a picture that does not show or has no text: ' + each.alt, each);
  }
  for (const table of all('table')) {
    if (!table.caption || !table.caption.textContent) say('a table without caption', table);
    if ([...table.querySelectorAll('th')].some(each => !each.scope)) say('a head without scope', table);
    if ([...table.tBodies[0].rows].some(row => row.cells[0].tagName !== 'TH')) say('a row without head', table);
    if (!table.closest('.scroll[tabindex="0"][aria-label]')) say('a table without a box that scrolls', table);
  }
  const ids = all('[id]').map(each => each.id);
  if (new Set(ids).size !== ids.length) faults.push('an id occurs twice');
  for (const each of all('a')) {
    if (!/^#/.test(each.getAttribute('href')) || !document.getElementById(each.hash.slice(1))) say('a link to nowhere', each);
  }
  for (const each of all('[aria-labelledby]')) {
    if (each.getAttribute('aria-labelledby').split(' ').some(id => !document.getElementById(id))) say('a label that is not there', each);
  }
  if (document.querySelector('script, link, iframe, object, embed, base, form')) faults.push('an element that may do something');
  if (all('h1').length !== 1) faults.push('not one h1');
  if (!root.lang) faults.push('no language');
  return [...new Set(faults)].slice(0, 12);
})()
"""


class Browser:
    """Chromium, spoken to by the DevTools protocol over two pipes."""

    def __init__(self, program, profile):
        to_browser, self.output = os.pipe()
        self.input, from_browser = os.pipe()
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (to_browser, from_browser)]

        def connect():
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        command = [program, "--headless", "--remote-debugging-pipe", f"--user-data-dir={profile}", "--no-first-run",
                   "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-extensions",
                   "--hide-scrollbars", *(["--no-sandbox"] if os.geteuid() == 0 else []), "about:blank"]
        self.process = subprocess.Popen(command, preexec_fn=connect, close_fds=False, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for end in (to_browser, from_browser, *ends):
            os.close(end)
        self.number, self.buffer, self.events, self.session = 0, b"", [], None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.call(f"{domain}.enable")

    def close(self):
        self.process.terminate()
        self.process.wait(30)

    def message(self):
        while b"\0" not in self.buffer:
            part = os.read(self.input, 1 << 20)
            if not part:
                sys.exit("the browser ended")
            self.buffer += part
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **arguments):
        self.number += 1
        message = {"id": self.number, "method": method, "params": arguments}
        if self.session:
            message["sessionId"] = self.session
        text = json.dumps(message).encode() + b"\0"
        while text:
            text = text[os.write(self.output, text):]
        while True:
            answer = self.message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def open(self, url, width, scheme):
        """Opens a page and gives what happened meanwhile."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events = []
        self.call("Page.navigate", url=url)
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.message())

    def evaluate(self, script):
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in answer:
            sys.exit(f"looking at a page: {answer['exceptionDetails']}")
        return answer["result"]["value"]

    def screenshot(self, path, width):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": width, "height": min(size["height"], 16000), "scale": 1}
        answer = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(answer["data"]))


def happened(events, url):
    """Console messages and requests that should not be."""
    faults = []
    for event in events:
        method, details = event.get("method"), event.get("params", {})
        if method == "Log.entryAdded":
            faults.append(f"the log says: {details['entry']['text']}")
        elif method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
            faults.append(f"the console says: {json.dumps(details)[:200]}")
        elif method == "Network.requestWillBeSent":
            asked = details["request"]["url"]
            if asked != url and not asked.startswith("data:"):
                faults.append(f"asks for {asked[:200]}")
    return faults


def told(browser):
    """What a screen reader is told of tables."""
    faults, heads = [], {"columnheader": 0, "rowheader": 0}
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    tables = [node for node in nodes if node.get("role", {}).get("value") == "table"]
    for node in nodes:
        role = node.get("role", {}).get("value")
        if role in heads:
            heads[role] += 1
    count = browser.evaluate("document.querySelectorAll('table').length")
    if len(tables) != count:
        faults.append(f"{count} tables, of which {len(tables)} are told as tables")
    if not all(table.get("name", {}).get("value") for table in tables):
        faults.append("a table is told without a name")
    if tables and not all(heads.values()):
        faults.append(f"heads are told as {heads}")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--screenshots", type=pathlib.Path, help="a folder for pictures of all pages")
    parser.add_argument("--page", type=pathlib.Path, nargs="*", default=[], help="look at these instead")
    args = parser.parse_args()
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        print("skipped: no chromium")
        sys.exit(SKIPPED)
    faults, looks = [], 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        pages = [page.resolve() for page in args.page]
        if not pages:
            subprocess.run([args.program.resolve(), folder], check=True)
            pages = sorted(pathlib.Path(folder).glob("*.html"))
        if not pages:
            sys.exit(f"{args.program} wrote no page")
        browser = Browser(program, pathlib.Path(folder, "profile"))
        try:
            for page in pages:
                for width in WIDTHS:
                    for scheme in SCHEMES:
                        browser.open(page.as_uri(), width, scheme)
                        found = browser.evaluate(LOOK) + happened(browser.events, page.as_uri())
                        if width == WIDTHS[0] and scheme == SCHEMES[0]:
                            found += told(browser)
                        faults += [f"{page.name}, {width} wide, {scheme}: {fault}" for fault in found]
                        looks += 1
                        if args.screenshots:
                            args.screenshots.mkdir(parents=True, exist_ok=True)
                            browser.screenshot(args.screenshots / f"{page.stem}-{width}-{scheme}.png", width)
        finally:
            browser.close()
    for fault in faults:
        print(fault)
    print(f"{len(pages)} pages, {looks} looks, {len(faults)} faults")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
