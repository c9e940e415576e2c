"""``python -m autoloop``."""

from __future__ import annotations

from autoloop.cli import main

if __name__ == "__main__":
    main()
