"""The notebooks show their pictures to a person: run in JupyterLab, opened by somebody else, and as HTML.

Run by ``make test-browser``: the notebooks. No network is used: the browser finds no host, and the kernels no proxy.
Each picture is left in build/browser, to be looked at.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from playwright.sync_api import Error, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).parents[1]
SCREENSHOTS = ROOT / "build" / "browser"
SECONDS = 240  # for all cells of one notebook

CLOSED = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost", "--no-proxy-server"]
WINDOW: ViewportSize = {"width": 1366, "height": 1600}  # as wide as a laptop; high, so that a picture is seen whole
# Cells out of sight are in the page too, and nobody is asked about news.
SETTINGS = {
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}

DRAWN = {"image/svg+xml", "image/png"}
CELLS = ".jp-CodeCell"  # in JupyterLab, and in the HTML of nbconvert
PICTURES = ".jp-OutputArea-output :is(img, svg):not(svg svg)"
WRONG = '[data-mime-type$="jupyter.error"], [data-mime-type$="jupyter.stderr"]'
LOADED = "([cells, count]) => document.querySelectorAll(cells).length === count"
IDLE = '#jp-main-statusbar [title^="Change kernel"]:has-text("| Idle")'
# Cells to be run show a star, until they have a number or one before them failed.
FINISHED = """cells => {
    const shown = [...document.querySelectorAll(cells)].map(cell => cell.querySelector(".jp-InputPrompt").innerText);
    return shown.some(text => /[0-9]/.test(text)) && !shown.some(text => text.includes("*"));
}"""
COMPLETE = "() => [...document.images].every(image => image.complete)"
KIND = 'picture => picture.naturalWidth === 0 ? "nothing" : (picture.src || "inline").split(/[;,]/)[0]'
COLOURS = """async png => {
    const image = new Image();
    image.src = "data:image/png;base64," + png;
    await image.decode();
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    return new Set(new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer)).size;
}"""
WIDTH = """() => {
    const pen = new OffscreenCanvas(1, 1).getContext("2d");
    pen.font = "1000px Arial, 'Liberation Sans'";
    return Math.round(pen.measureText("m").width);
}"""
CUT = """svg => {
    const frame = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("text")].filter(text => {
        const box = text.getBoundingClientRect();
        return box.width > 0 && (box.left < frame.left - 1 || box.right > frame.right + 1
            || box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
    }).map(text => text.textContent);
}"""


def chromium() -> str:
    """Return the path of Chromium, installed from Debian if it is not there."""
    sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if not shutil.which("chromium") and all(map(shutil.which, ["apt-get", *sudo[:1]])):
        apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
        for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run([*apt, *command], stdout=subprocess.DEVNULL)
    return shutil.which("chromium") or sys.exit("Chromium is not there, and cannot be installed: install chromium")


@contextmanager
def jupyterlab(folder: Path, home: Path) -> Iterator[str]:
    """Serve a folder, and yield the address of a notebook in it, with a place for its name.

    The signatures of trusted notebooks are in ``home``: what was run with one home is a stranger's with another.
    """
    settings = home / "config" / "labconfig" / "default_setting_overrides.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps(SETTINGS))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    proxies = {f"{scheme}_proxy": "http://127.0.0.1:9" for scheme in ("http", "https", "all")}
    environment = os.environ | proxies | {name.upper(): value for name, value in proxies.items()}
    environment |= {f"JUPYTER_{kind.upper()}_DIR": str(home / kind) for kind in ("config", "data", "runtime")}
    environment |= {"IPYTHONDIR": str(home / "ipython"), "JUPYTER_TOKEN": secrets.token_hex()}
    environment |= {"PYTHONPATH": str(ROOT / "python")}  # the development build
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        if not answers(server, f"http://127.0.0.1:{port}/api"):
            sys.exit(f"JupyterLab does not start:\n{(home / 'log').read_text()}")
        yield f"http://127.0.0.1:{port}/lab/tree/{{}}?reset&token={environment['JUPYTER_TOKEN']}"
    finally:
        server.terminate()
        server.wait(60)


def answers(server: subprocess.Popen[bytes], address: str) -> bool:
    """Wait until a server answers; return whether it does."""
    directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + 120
    while time.monotonic() < end and server.poll() is None:
        try:
            directly.open(address, timeout=10).close()
            return True
        except OSError:
            time.sleep(0.2)
    return False


@contextmanager
def opened(program: str, address: str, view: str, problems: list[str], *, asks: bool = False) -> Iterator[Page]:
    """Open a page in a browser, and note what goes wrong there; with ``asks`` it may ask other hosts, in vain."""
    with sync_playwright() as driver:
        page = driver.chromium.launch(executable_path=program, args=CLOSED).new_page(viewport=WINDOW)
        asked: set[str] = set()
        page.on("request", lambda request: asked.add(request.url))
        page.on("websocket", lambda channel: asked.add(channel.url))
        page.on("pageerror", lambda error: None if asks else problems.append(f"{view}: {error}"))
        page.set_default_timeout(60_000)
        try:
            page.goto(address)
            yield page
            for dialog in page.locator(".jp-Dialog-content").all_inner_texts():
                problems.append(f"{view}: a question is asked: {dialog!r}")
        except Error as error:
            problems.append(f"{view}: {error}")
            page.screenshot(path=SCREENSHOTS / f"{view}-failed.png")
        hosts = {urlsplit(url).netloc for url in asked} - {urlsplit(address).netloc, ""}
        if hosts and not asks:
            problems.append(f"{view}: asks {', '.join(sorted(hosts))}")


def run_all_cells(page: Page) -> None:
    """Run a notebook and save it, as a person does."""
    page.wait_for_selector(IDLE)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(FINISHED, arg=CELLS, timeout=SECONDS * 1000)
    page.wait_for_selector(IDLE)
    with page.expect_response(lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url):
        page.keyboard.press("Control+s")


def code_cells(notebook: Path) -> list[dict[str, Any]]:
    """Return the code cells of a stored notebook."""
    return [cell for cell in json.loads(notebook.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]


def look(page: Page, view: str, notebook: Path, problems: list[str]) -> set[str]:
    """Compare what each cell shows with what is stored of it; return the kinds of pictures shown."""
    cells = code_cells(notebook)
    page.wait_for_function(LOADED, arg=[CELLS, len(cells)])
    page.wait_for_function(COMPLETE)
    kinds: list[str] = []
    for nth, (cell, shown) in enumerate(zip(cells, page.locator(CELLS).all(), strict=True), 1):
        if cell["source"] and not cell["execution_count"]:
            problems.append(f"{view}: code cell {nth} was not run")
        for text in shown.locator(WRONG).all_inner_texts():
            problems.append(f"{view}: code cell {nth} shows {text[-500:]!r}")
        before = len(kinds)
        for picture in shown.locator(PICTURES).all():
            kind, box = picture.evaluate(KIND), picture.bounding_box()
            if kind != "nothing" and box and box["width"] > 100 and box["height"] > 60:
                png = picture.screenshot(path=SCREENSHOTS / f"{view}-{len(kinds) + 1}.png")
                if page.evaluate(COLOURS, base64.b64encode(png).decode("ascii")) >= 10:
                    kinds.append(kind)
        stored = sum(bool(DRAWN & output.get("data", {}).keys()) for output in cell["outputs"])
        if len(kinds) - before != stored:
            problems.append(f"{view}: code cell {nth} has {stored} pictures, and shows {len(kinds) - before}")
    source = "".join(line for cell in cells for line in cell["source"])
    if not kinds and ("charts." in source or ".plot" in source):
        problems.append(f"{view}: draws, and shows no picture")
    if "Error loading script" in page.content():
        problems.append(f"{view}: a script is not there")
    print(f"{view}: {len(kinds)} pictures", flush=True)
    return set(kinds)


def measure(page: Page, view: str, notebook: Path, problems: list[str]) -> None:
    """Note the texts that go beyond the edges of a stored SVG, which is laid out for letters as wide as Arial's."""
    as_wide = page.evaluate(WIDTH) == 833
    for nth, cell in enumerate(code_cells(notebook), 1):
        for output in cell["outputs"]:
            if svg := output.get("data", {}).get("image/svg+xml"):
                page.set_content("".join(svg))
                for text in page.locator("svg").first.evaluate(CUT):
                    problem = f"{view}: code cell {nth} cuts {text[:80]!r}"
                    problems.append(problem) if as_wide else print(f"{problem}, in letters of another font than Arial")


def main() -> None:
    program = chromium()
    shutil.rmtree(SCREENSHOTS, ignore_errors=True)
    SCREENSHOTS.mkdir(parents=True)
    problems: list[str] = []

    def run(notebook: Path, address: str) -> None:
        view = f"{notebook.stem}-run"
        with opened(program, address.format(quote(notebook.name)), view, problems) as page:
            run_all_cells(page)
            look(page, view, notebook, problems)

    def read(notebook: Path, address: str) -> None:
        view = f"{notebook.stem}-untrusted"
        with opened(program, address.format(quote(notebook.name)), view, problems) as page:
            if "data:image/svg+xml" in look(page, view, notebook, problems):
                problems.append(f"{view}: is trusted")

    def read_html(notebook: Path, address: str) -> None:
        view = f"{notebook.stem}-html"
        page_address = address.format(quote(f"{notebook.stem}.html"))
        with opened(program, page_address, view, problems, asks=True) as page:
            look(page, view, notebook, problems)
            measure(page, view, notebook, problems)

    with tempfile.TemporaryDirectory() as made, ThreadPoolExecutor(2) as people:
        own, strange = Path(made, "own"), Path(made, "strange")
        own.mkdir()
        notebooks = [Path(shutil.copy(name, own)) for name in sys.argv[1:]]
        with jupyterlab(own, Path(made, "analyst")) as address:
            list(people.map(run, notebooks, repeat(address)))
        shutil.copytree(own, strange)
        with jupyterlab(strange, Path(made, "reader")) as address:
            list(people.map(read, [strange / notebook.name for notebook in notebooks], repeat(address)))
        convert = [sys.executable, "-m", "jupyter", "nbconvert", "--to=html", "--log-level=ERROR"]
        subprocess.run([*convert, *notebooks], check=True)
        list(people.map(read_html, notebooks, repeat(f"{own.as_uri()}/{{}}")))
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
