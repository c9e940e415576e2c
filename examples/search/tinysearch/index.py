"""The inverted index: for every term, the documents that hold it and where."""

from tinysearch.tokens import tokenize


class Index:
    """Documents by number, searchable by term.

    ``postings[term][document]`` is the list of the term's positions in that document.
    """

    def __init__(self) -> None:
        self.postings: dict[str, dict[int, list[int]]] = {}
        self.lengths: dict[int, int] = {}
        self.total_length = 0

    def add(self, document: int, text: str) -> None:
        """Add a document, or replace the one with the same number."""
        if document in self.lengths:
            self.remove(document)
        words = tokenize(text)
        for position, word in enumerate(words):
            self.postings.setdefault(word, {}).setdefault(document, []).append(position)
        self.lengths[document] = len(words)
        self.total_length += len(words)

    def remove(self, document: int) -> None:
        """Forget a document; a number that is not there raises ``KeyError``."""
        self.total_length -= self.lengths.pop(document)
        for word in [word for word, where in self.postings.items() if document in where]:
            del self.postings[word][document]
            if not self.postings[word]:
                del self.postings[word]

    def average_length(self) -> float:
        """Mean number of words in a document."""
        return self.total_length / len(self.lengths) if self.lengths else 0.0

    def with_word(self, word: str) -> dict[int, int]:
        """Documents that hold the word, with the number of times they do."""
        return {document: len(where) for document, where in self.postings.get(word, {}).items()}

    def with_prefix(self, prefix: str) -> dict[int, int]:
        """Documents that hold a word beginning with ``prefix``, with the number of times they do."""
        found: dict[int, int] = {}
        for word in self.postings:
            if word.startswith(prefix):
                for document, times in self.with_word(word).items():
                    found[document] = found.get(document, 0) + times
        return found

    def with_phrase(self, words: tuple[str, ...]) -> dict[int, int]:
        """Documents that hold the words next to each other, with the number of times they do."""
        found: dict[int, int] = {}
        for document, starts in self.postings.get(words[0], {}).items():
            times = sum(self._continues(words, document, start) for start in starts)
            if times:
                found[document] = times
        return found

    def _continues(self, words: tuple[str, ...], document: int, start: int) -> bool:
        places = [self.postings.get(word, {}).get(document, []) for word in words]
        return all(start + offset in where for offset, where in enumerate(places))
