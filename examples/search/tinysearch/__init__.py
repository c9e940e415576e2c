"""A small full-text search engine: words, prefixes and phrases, ranked with BM25."""

from tinysearch.engine import Hit, search
from tinysearch.index import Index

__all__ = ["Hit", "Index", "search"]
