"""Take the README's picture of `surgecrew explore`: the page of results/sample with a change.

    python docs/picture.py [FOLDER]

Writes explore.png into the folder of the run, in 32 colors. Without Chromium and its driver the
older picture stays, and a line says so.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browser import Browser, find_browser, open_browser  # noqa: E402  # found by the line above
from explore_runs import Served  # noqa: E402  # the same

DONE = "return document.body.dataset.state === 'done'"
# Wide enough for both columns, and as high as the first screen of a desk.
SIZE = (1280, 860)
COLORS = 32


def change(page: Browser) -> None:
    """Put two people more on the first shift of the busiest day's pool."""
    cell = page.run("return document.querySelector('.people input:not(.zero)').dataset.cell")
    page.click(f"[data-cell='{cell}']")
    for _ in range(2):
        page.click(".nudge button:last-child")
        page.wait(DONE)
    page.run("document.activeElement.blur()")


def main(folder: pathlib.Path) -> int:
    """Take the picture."""
    if find_browser() is None:
        print("no Chromium with its driver here: explore.png stays as it is")
        return 0
    from PIL import Image

    target = folder / "explore.png"
    with Served(folder) as served, open_browser() as page:
        page.resize(*SIZE)
        page.open(served.address)
        page.wait(DONE)
        change(page)
        page.take_picture(target)
    with Image.open(target) as picture:
        small = picture.convert("RGB").quantize(COLORS)
    small.save(target, optimize=True)
    print(f"{target}: {target.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "results" / "sample")))
