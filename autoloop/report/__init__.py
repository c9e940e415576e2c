"""Reports: what happened, what it gained and what it rests on, for people who were not there.

``gather`` makes the `Report` out of the workspace; ``page``, ``markdown`` and ``charts`` show it. Matplotlib and jinja2
come with the extra ``report`` and are imported by the modules that draw and by nobody else.
"""

from __future__ import annotations
