#!/usr/bin/env python3
"""Shows what the examples answered: on the screen, as pictures with a caption, as report.html.

    report.py demo answers.jsonl description.txt
"""

import html
import json
import pathlib
import sys

import scenes
from PIL import Image, ImageDraw, ImageFont
from photographs import PHOTOGRAPHS

WIDTH, CAPTION = 480, 34

PAGE = """<!doctype html>
<meta charset="utf-8">
<title>visionkit demo</title>
<style>
body {{ font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 62em; padding: 0 1em; }}
article {{ display: flex; flex-wrap: wrap; gap: 1.5em; margin: 2em 0; }}
img {{ width: 22em; height: auto; align-self: flex-start; }}
td {{ padding: 0 .6em 0 0; }}
i {{ display: inline-block; height: .8em; background: #36c; }}
small {{ color: #666; }}
.scene {{ display: flex; gap: .5em; margin-top: 1em; }}
.scene img {{ width: 33%; }}
</style>
<h1>What {model} sees</h1>
<p>{right} of {count} photographs are named as a person would.</p>
{articles}
{scenes}
<h2>The model of the photographs</h2>
<pre>{description}</pre>
"""
ARTICLE = """<article><img src="pictures/{file}" alt="{shows}"><div>
<b>You should see {shows}.</b><table>{rows}</table><small>Photograph: {credit}</small></div></article>"""
ROW = '<tr><td>{label}<td>{score:.3f}<td><i style="width:{width:.1f}em"></i>'


def draw(source, target, caption):
    picture = Image.open(source).convert("RGB")
    picture = picture.resize((WIDTH, round(picture.height * WIDTH / picture.width)))
    framed = Image.new("RGB", (WIDTH, picture.height + CAPTION), "black")
    framed.paste(picture)
    try:
        font = ImageFont.load_default(18)
    except TypeError:  # Pillow before 10.1 has one size only
        font = ImageFont.load_default()
    ImageDraw.Draw(framed).text((8, picture.height + CAPTION // 2 - 10), caption, "white", font)
    framed.save(target)


def article(photograph, classes):
    rows = "".join(ROW.format(label=html.escape(c["label"]), score=c["score"], width=12 * c["score"]) for c in classes)
    return ARTICLE.format(file=photograph.file, shows=photograph.shows, rows=rows, credit=photograph.credit)


def main():
    demo = pathlib.Path(sys.argv[1])
    lines = map(json.loads, pathlib.Path(sys.argv[2]).read_text().splitlines())
    answers = {pathlib.Path(line["file"]).name: line["classes"] for line in lines}
    (demo / "pictures").mkdir(exist_ok=True)

    print(f"{'photograph':<20} {'you should see':<24} the network says")
    articles, right = [], 0
    for photograph in PHOTOGRAPHS:
        classes = answers[photograph.file]
        fits = classes[0]["label"] in photograph.accepted
        right += fits
        said = ", ".join(f"{c['label']} {c['score']:.2f}" for c in classes[:3])
        print(f"{photograph.file:<20} {photograph.shows:<24} {said}{'' if fits else '   <- does not fit'}")
        draw(demo / "photographs" / photograph.file, demo / "pictures" / photograph.file,
             f"{classes[0]['label']}  {classes[0]['score']:.2f}")
        articles.append(article(photograph, classes))

    print(f"\n{right} of {len(articles)} photographs are named as a person would.")
    section, are_digits_found = scenes.report(demo)

    description = pathlib.Path(sys.argv[3]).read_text()
    (demo / "report.html").write_text(PAGE.format(
        model="EfficientNet-Lite0", right=right, count=len(articles), articles="\n".join(articles), scenes=section,
        description=html.escape(description)))
    sys.exit(right != len(articles) or not are_digits_found)


if __name__ == "__main__":
    main()
