"""PHP: the XML file of ``phpbench run --dump-file``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape

from autoloop.metrics.model import RESULT_FILE, Adapter, Measure
from autoloop.units import Quantity

_TAG = re.compile(r"<(benchmark|subject|parameter-set|stats)\b([^<>]*)>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


def _documents(files: Mapping[str, bytes]) -> Iterator[Measure]:
    """Microseconds of one revolution: the mode, which PHPBench itself reports, named ``class::subject(parameters)``.

    The tags are read one by one rather than as a tree, so a file of any shape costs no more than its length.
    """
    for data in files.values():
        names: dict[str, str] = {}
        for tag, text in _TAG.findall(data.decode("utf-8", "replace")):
            attributes = {name: unescape(value) for name, value in _ATTRIBUTE.findall(text)}
            if tag == "stats":
                yield from _stats(names, attributes)
            else:
                names[tag] = attributes.get("class") or attributes.get("name", "")


def _stats(names: Mapping[str, str], stats: Mapping[str, str]) -> Iterator[Measure]:
    parameters = names.get("parameter-set", "")
    name = f"{names.get('benchmark', '').lstrip(chr(92))}::{names.get('subject', '')}"
    try:
        mode = float(stats.get("mode") or stats["mean"])
    except (KeyError, ValueError):
        return
    yield Measure(f"{name}({parameters})" if parameters not in {"", "0"} else name, Quantity(mode, "us"))


ADAPTER = Adapter(documents=_documents, globs=(RESULT_FILE,), option=f"--dump-file={RESULT_FILE}")
